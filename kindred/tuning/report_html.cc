// The report as one page of HTML that needs nothing beside itself.

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/markup.h"
#include "kindred/base/progress.h"
#include "kindred/tuning/report.h"
#include "kindred/tuning/report_charts.h"
#include "kindred/tuning/svg_chart.h"

namespace kindred::tuning {
namespace {

constexpr const char* kStyle = R"(
:root{--ink:#1d2630;--soft:#5c6b7a;--line:#dfe5ea;--paper:#fbfcfd;--card:#fff;--blue:#1c6285;
--train:#c2703d;--best:#d1495b;--small:#2e8b57;--pale:#a9bac6;--prior:#e9c46a;--error:#7fbcc9}
@media(prefers-color-scheme:dark){:root{--ink:#e7edf2;--soft:#9fb0bf;--line:#2c3945;--paper:#12181e;
--card:#1a222a;--blue:#6fb6d3;--train:#e39a68;--best:#ff7b8b;--small:#63c98f;--pale:#526474}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:40px 24px 80px}
header p{color:var(--soft);margin:0}
h1{font-size:34px;line-height:1.2;margin:4px 0 6px;letter-spacing:-.01em}
h2{font-size:21px;margin:48px 0 14px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:18px;margin:26px 0}
.card,figure{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px 22px;margin:0}
.card h3,figcaption h3{font-size:15px;margin:0 0 6px;color:var(--soft);font-weight:600}
.card .value{font-size:30px;font-weight:650;line-height:1.2}
.card .value small{font-size:15px;font-weight:400;color:var(--soft)}
.card p{margin:8px 0 0}
.card.best{border-top:4px solid var(--best)}
.card.small{border-top:4px solid var(--small)}
.card.rule{border-top:4px solid var(--prior)}
.setting{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:14px}
.setting span{display:inline-block;margin-right:14px;white-space:nowrap}
.setting i{color:var(--soft);font-style:normal}
pre{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;overflow-x:auto;
font-size:14px;margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(460px,1fr));gap:18px}
figure svg{display:block;width:100%;max-width:760px;height:auto}
figcaption{font-size:14px;color:var(--soft);margin-top:8px}
figure h3{font-size:17px;margin:0 0 8px}
ul.findings{padding-left:20px}ul.findings li{margin:6px 0}
b.best{color:var(--best)}b.small{color:var(--small)}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--soft);text-align:left;border-bottom:2px solid var(--line);padding:6px 10px;white-space:nowrap}
td{border-bottom:1px solid var(--line);padding:6px 10px;vertical-align:top}
td.n,th.n{text-align:right}
tr.best td{font-weight:650}tr.stopped td,tr.failed td,tr.lost td{color:var(--soft)}
.scroll{overflow-x:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;font-size:14px;margin:0}
dt{color:var(--soft)}dd{margin:0}
svg text{fill:var(--soft);font:12px system-ui,sans-serif}
svg .label{fill:var(--ink);font-size:13px}
svg .grid{stroke:var(--line)}svg .axis,svg .mark{stroke:var(--pale)}
svg .line{fill:none;stroke-width:2.2;stroke-linejoin:round}
svg .line.validation{stroke:var(--blue)}svg .line.train{stroke:var(--train)}
svg .line.front{stroke:var(--blue);stroke-dasharray:5 4}svg .line.dashed{stroke-dasharray:4 4;opacity:.75}
svg .series{font-size:12px}svg .series.validation{fill:var(--blue)}svg .series.train{fill:var(--train)}
svg .point{stroke:var(--card);stroke-width:1.2;fill:var(--blue)}
svg .point.stopped{fill:var(--pale);fill-opacity:.55}svg .point.finished{fill:var(--blue)}
svg .point.best{fill:var(--best)}svg .point.small{fill:var(--small)}
svg .point.ring{stroke:var(--best);stroke-width:3}
svg .point:hover{stroke:var(--ink);stroke-width:2}
svg .band.prior{fill:var(--prior);fill-opacity:.25}svg .band.error{fill:var(--error);fill-opacity:.22}
svg .bar{fill:var(--blue)}svg .whisker{stroke-width:3;stroke:var(--blue);opacity:.55}
svg .whisker.best{stroke:var(--best)}
@media(max-width:520px){.figures{grid-template-columns:1fr}}
@media print{.card,figure{break-inside:avoid}}
)";

std::string setting_html(const Setting& setting) {
  std::string html = "<span class=\"setting\">";
  for (const auto& [name, value] : setting.values()) {
    html +=
        fmt::format("<span><i>{}</i> {}</span>", markup_text(name), markup_text(to_text(value)));
  }
  return html + "</span>";
}

std::string trial_card(const Report& report, const Trial& trial, const char* style,
                       const char* title) {
  const StepRecord& step = *trial.best_step();
  return fmt::format(
      "<div class=\"card {}\"><h3>{}</h3><div class=\"value\">{} <small>&plusmn; {} {}</small>"
      "</div><p>{}</p><p><small>{} parameters, {} of training, trial {}</small></p></div>\n",
      style, title, value_text(report, *step.validation),
      fmt::format("{:.4f}", step.standard_error), markup_text(report.metric),
      setting_html(trial.setting), format_count(trial.parameter_count),
      format_duration(trial.seconds()), trial.id);
}

std::string rule_card(const Report& report) {
  if (!report.prior) return "";
  const Trial* inside = best_in_prior(report);
  const std::string value =
      inside == nullptr ? "none finished" : value_text(report, *inside->value());
  return fmt::format(
      "<div class=\"card rule\"><h3>The rule of thumb</h3><div class=\"value\">{} <small>at most, "
      "in "
      "its range</small></div><p>Fourth root {:.1f}: start at {}, search {} to {}.</p></div>\n",
      value, report.prior->fourth_root, report.prior->start, report.prior->low, report.prior->high);
}

std::string figure_html(const Figure& figure) {
  return fmt::format("<figure><h3>{}</h3>{}<figcaption>{}</figcaption></figure>\n",
                     markup_text(figure.title), figure.svg, figure.caption);
}

std::string finalists_html(const Report& report) {
  if (report.finalists.empty()) return "";
  std::string html = "<h2>On " + report.judges + " nobody had looked at</h2>\n";
  html += figure_html(finalist_figure(report));
  html +=
      "<div class=\"scroll\"><table><tr><th>finalist</th><th class=\"n\">test</th>"
      "<th class=\"n\">between seeds</th><th class=\"n\">parameters</th>"
      "<th class=\"n\">training</th><th>setting</th></tr>\n";
  for (const Finalist& finalist : report.finalists) {
    html += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">&plusmn; {:.4f}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"setting\">{}</td></tr>\n",
        markup_text(finalist.role), value_text(report, finalist.test.value),
        finalist.test.seed_spread.value_or(0.0), format_count(finalist.parameter_count),
        format_duration(finalist.seconds), markup_text(finalist.setting));
  }
  return html + "</table></div>\n";
}

std::string trials_html(const Report& report) {
  std::string html =
      "<h2>Every trial</h2><div class=\"scroll\"><table><tr><th "
      "class=\"n\">trial</th><th>state</th>"
      "<th class=\"n\">validation</th><th class=\"n\">train</th><th class=\"n\">epochs</th>"
      "<th class=\"n\">training</th><th class=\"n\">memory</th><th>setting</th></tr>\n";
  for (const Trial& trial : report.trials) {
    const StepRecord* step = trial.best_step();
    const bool best = report.verdict.best && report.verdict.best->id == trial.id;
    html += fmt::format(
        "<tr class=\"{}\"><td class=\"n\">{}</td><td>{}{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{} MB</td><td>{}</td></tr>\n",
        best ? "best" : to_text(trial.state), trial.id, to_text(trial.state),
        trial.state == TrialState::failed || trial.state == TrialState::lost
            ? ": " + markup_text(trial.message)
            : "",
        step == nullptr ? "" : value_text(report, *step->validation),
        step == nullptr || !step->train ? "" : value_text(report, *step->train), trial.steps.size(),
        format_duration(trial.seconds()), trial.memory_bytes / 1'000'000,
        setting_html(trial.setting));
  }
  return html + "</table></div>\n";
}

std::string facts_html(const Report& report) {
  std::string html = "<h2>What was asked</h2><dl>\n";
  const auto add = [&](const std::string& name, const std::string& value) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", markup_text(name), markup_text(value));
  };
  for (const auto& [name, value] : report.facts) add(name, value);
  add(report.metric, report.metric_definition);
  for (const Parameter& parameter : report.space.parameters) {
    add("range of " + parameter.name, describe(parameter));
  }
  return html + "</dl>\n";
}

}  // namespace

std::string to_html(const Report& report) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<title>{0}: tuned</title><style>{1}</style></head><body><main>\n"
      "<header><p>Kindred study of</p><h1>{0}</h1>",
      markup_text(report.title), kStyle);
  const Verdict& verdict = report.verdict;
  html += fmt::format(
      "<p>{} trials finished, {} stopped early, {} failed; {} epochs, {} of "
      "training</p></header>\n",
      verdict.finished, verdict.stopped, verdict.failed, verdict.steps,
      format_duration(verdict.seconds));
  if (verdict.best) {
    html += "<div class=\"cards\">\n";
    html += trial_card(report, *verdict.best, "best", "The best");
    html += trial_card(report, *verdict.smallest, "small",
                       verdict.smallest->id == verdict.best->id
                           ? "Nothing smaller is as good"
                           : "The smallest within one standard error");
    html += rule_card(report) + "</div>\n";
    if (!report.command.empty()) html += "<pre>" + markup_text(report.command) + "</pre>\n";
  }
  html += "<h2>What was found</h2><ul class=\"findings\">\n";
  for (const std::string& sentence : findings(report)) {
    html += "<li>" + markup_text(sentence) + "</li>\n";
  }
  html += "</ul>\n";
  if (verdict.best) {
    html += "<h2>The evidence</h2><div class=\"figures\">\n";
    for (const Figure& figure : figures(report)) html += figure_html(figure);
    html += "</div>\n";
    html += finalists_html(report);
  }
  return html + trials_html(report) + facts_html(report) + "</main></body></html>\n";
}

}  // namespace kindred::tuning
