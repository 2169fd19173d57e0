// Puts the page together: runs come as events, and go to the table, the curves and the open details.

import * as chart from "./chart.js";
import * as details from "./details.js";
import * as table from "./table.js";
import { element } from "./words.js";

const byId = (id) => document.getElementById(id);
const runs = new Map();

// light, dark, or as the system has it
const themes = ["auto", "light", "dark"];
const dark = matchMedia("(prefers-color-scheme: dark)");
const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
let theme = themes.includes(stored()) ? stored() : "auto";
const paint = () => {
    document.documentElement.dataset.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    byId("theme").textContent = `theme: ${theme}`;
    dispatchEvent(new Event("themechange"));
};
byId("theme").addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try { localStorage.setItem("theme", theme); } catch { /* then it lasts as long as the page */ }
    paint();
});
dark.addEventListener("change", paint);
paint();

const live = (state, text) => {
    byId("live").dataset.state = state;
    if (byId("live").textContent !== text) byId("live").textContent = text;
};

const faults = (sentences) => {
    byId("faults").hidden = sentences.length === 0;
    byId("faults").replaceChildren(...sentences.map((sentence) => element("li", {}, sentence)));
};

const listen = () => {
    const events = new EventSource("/api/events");
    let first = true;
    events.addEventListener("open", () => { first = true; });
    events.addEventListener("runs", (event) => {
        const change = JSON.parse(event.data);
        if (first) runs.clear(); // the first after a break has all
        first = false;
        const before = table.shown();
        for (const id of change.gone) runs.delete(id);
        for (const run of change.changed) runs.set(run.id, run);
        live("live", "live");
        faults(change.faults);
        table.take(runs);
        chart.take(runs);
        details.take(runs);
        const now = table.shown();
        const changed = new Set(change.changed.map((run) => run.id));
        if (now.some((id) => changed.has(id)) || now.join() !== before.join() || now.length === 0) chart.refresh();
    });
    events.addEventListener("error", () => live("lost", events.readyState === EventSource.CLOSED ? "not connected: load the page again" : "not connected, trying again"));
};

table.start();
chart.start({ shown: table.shown, tell: table.takeKeys });
details.start();
fetch("/api/folder").then((answer) => answer.text()).then((folder) => { byId("folder").textContent = folder; });
listen();
