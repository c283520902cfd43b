#!/usr/bin/env python3
"""Draws how time and memory grow, from runs of full_scale.py.

    benchmarks/full_scale.py --scale 0.01 --json 0.01.json     and so on
    benchmarks/scale_plots.py 0.01.json 0.1.json 1.json -o docs/images

Writes scale_time.svg and scale_memory.svg: one line a step, both axes logarithmic, with a grey
line for growth in proportion to the ratings. Plain SVG, no packages needed.
"""

import argparse
import json
import math
import os

COLORS = {"generate": "#8a8a8a", "train": "#2b6cb0", "recommend": "#c05621", "evaluate": "#2f855a"}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 70, 120, 40, 50


def scale_of(low, high, begin, end):
    """Maps low..high, logarithmically, to begin..end."""
    span = math.log(high / low)
    return lambda value: begin + (end - begin) * math.log(value / low) / span


def powers(low, high):
    return [10.0 ** n for n in range(math.ceil(math.log10(low) - 1e-9),
                                     math.floor(math.log10(high) + 1e-9) + 1)]


def short(value):
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def draw(title, y_title, runs, key):
    ratings = [100e6 * run["scale"] for run in runs]
    steps = [step["step"] for step in runs[0]["steps"]]
    lines = {name: [step[key] for run in runs for step in run["steps"] if step["step"] == name]
             for name in steps}
    values = [value for line in lines.values() for value in line if value > 0]
    low_y, high_y = min(values) / 1.5, max(values) * 1.5
    x = scale_of(min(ratings) / 1.3, max(ratings) * 1.3, LEFT, WIDTH - RIGHT)
    y = scale_of(low_y, high_y, HEIGHT - BOTTOM, TOP)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="22" font-size="15">{title}</text>']
    for tick in powers(min(ratings) / 1.3, max(ratings) * 1.3):
        out.append(f'<line x1="{x(tick):.1f}" y1="{TOP}" x2="{x(tick):.1f}" y2="{HEIGHT - BOTTOM}" '
                   'stroke="#e2e2e2"/>')
        out.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
                   f'{short(tick)}</text>')
    for tick in powers(low_y, high_y):
        out.append(f'<line x1="{LEFT}" y1="{y(tick):.1f}" x2="{WIDTH - RIGHT}" y2="{y(tick):.1f}" '
                   'stroke="#e2e2e2"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">'
                   f'{short(tick)}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">'
               'ratings</text>')
    out.append(f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" '
               f'text-anchor="middle">{y_title}</text>')
    begin = lines["train"][-1]
    proportional = [begin * count / ratings[-1] for count in ratings]
    points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(ratings, proportional)
                      if b >= low_y)
    out.append(f'<polyline points="{points}" fill="none" stroke="#bbbbbb" '
               'stroke-dasharray="5 4"/>')
    ends = []
    for name, line in lines.items():
        points = [(x(a), y(max(b, low_y))) for a, b in zip(ratings, line)]
        text = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        out.append(f'<polyline points="{text}" fill="none" stroke="{COLORS[name]}" '
                   'stroke-width="2"/>')
        out += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{COLORS[name]}"/>'
                for px, py in points]
        ends.append([points[-1][1], name])
    ends.sort()
    for i, (py, name) in enumerate(ends):  # Labels do not overlap.
        if i > 0 and py < ends[i - 1][0] + 14:
            ends[i][0] = py = ends[i - 1][0] + 14
        out.append(f'<text x="{WIDTH - RIGHT + 10}" y="{py + 4:.1f}" fill="{COLORS[name]}">'
                   f'{name}</text>')
    out.append("</svg>\n")
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", help="what full_scale.py --json wrote")
    parser.add_argument("-o", "--output", default="docs/images")
    arguments = parser.parse_args()
    runs = []
    for path in arguments.runs:
        with open(path, encoding="utf-8") as file:
            runs.append(json.load(file))
    runs.sort(key=lambda run: run["scale"])
    for name, title, y_title, key in (
            ("scale_time.svg", "Processor time of each step", "seconds of processor", "processor_s"),
            ("scale_memory.svg", "Peak memory of each step", "MiB resident", "peak_mib")):
        with open(os.path.join(arguments.output, name), "w", encoding="utf-8") as file:
            file.write(draw(title, y_title, runs, key))


if __name__ == "__main__":
    main()
