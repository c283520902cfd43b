import "./app.css"; document.title="x";
