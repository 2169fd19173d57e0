// The curves of the runs that are shown, asked for again when they grow.

import { brief, element, plain } from "./words.js";
import { view } from "./view.js";

const colours = 8;
const dashes = ["solid", "dash", "dot"];
const pause = 1000; // at most one question a second

const byId = (id) => document.getElementById(id);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const axes = { step: "step", seconds: "seconds in the solve loop", "solver/evaluations": "payoff evaluations" };

let runs = new Map();
let shown = () => [];
let tell = () => {};
let answer = null;
let asked = "";
let waiting = null;
let busy = false;
let last = 0;

const svg = "http://www.w3.org/2000/svg";
const key = (at) => () => {
    const picture = document.createElementNS(svg, "svg");
    picture.setAttribute("class", "key");
    picture.setAttribute("viewBox", "0 0 26 11");
    picture.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(svg, "line");
    for (const [name, value] of Object.entries({ x1: 1, x2: 25, y1: 5.5, y2: 5.5, class: `run${at % colours} ${dashes[Math.floor(at / colours) % dashes.length]}` })) line.setAttribute(name, value);
    picture.append(line);
    return picture;
};

// what people tell runs apart by, first what they would name first
const telling = ["solver", "game", "settings", "seed", "precision", "executor", "device", "until", "spec"];

/** What a run has under a heading, as a word or two. */
const fact = (run, field, all) => {
    const value = (field === "solver" ? run.solver : run.identity[field]) ?? "";
    if (field === "solver" || field === "game") return value;
    if (field === "spec") return `spec ${value.slice(0, 8)}`;
    if (field !== "settings") return `${field} ${value}`;
    const shared = all.map((other) => (other.identity.settings ?? "").split(" "));
    return value.split(" ").filter((word) => !shared.every((words) => words.includes(word))).join(" ");
};

/** What tells the curves apart: their names, and as much of what differs as it takes. */
const names = (curves) => {
    const firsts = curves.map((curve) => runs.get(curve.runs[0])).filter(Boolean);
    if (firsts.length < curves.length) return curves.map((curve) => curve.runs[0]);
    const base = (curve, run) => {
        if (view.group === "group" && run.group) return run.group;
        const alike = curve.runs.every((id) => runs.get(id)?.name === run.name);
        return alike ? run.name : [run.identity.game, run.solver].filter(Boolean).join(", ");
    };
    let labels = firsts.map((run, at) => base(curves[at], run));
    for (const field of telling) {
        if (view.group === "seed" && field === "seed") continue;
        const longer = firsts.map((run, at) => {
            const word = fact(run, field, firsts);
            return word && !labels[at].split(", ").includes(word) ? `${labels[at]}, ${word}` : labels[at];
        });
        if (new Set(longer).size > new Set(labels).size) labels = longer;
    }
    return labels.map((label, at) => (labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${label}, ${firsts[at].id.split("-").pop()}`));
};

const decades = (values) => Math.log10(values.reduce((a, b) => Math.max(a, b), 0) / values.reduce((a, b) => Math.min(a, b), Infinity));

// a label each decade, and where they are few, at 2 and 5 too
const ticks = (of) => (of >= 3 ? Math.ceil(of / 9) : of >= 1 ? "D2" : undefined);

const axis = (title, isLog, values) => ({
    title: { text: plain(title), standoff: 8 },
    type: isLog ? "log" : "linear",
    dtick: isLog ? ticks(decades(values)) : undefined,
    exponentformat: "power",
    gridcolor: colour("line"),
    linecolor: colour("edge"),
    zeroline: false,
    automargin: true,
});

/** Whether an axis is logarithmic: as somebody chose, else as the metric is usually read. */
const isLog = (name) => view[name] ?? answer?.[name] ?? false;

const positive = (lists) => lists.flat().filter((value) => value > 0);

const faded = (name) => {
    const [r, g, b] = /^#(..)(..)(..)$/.exec(colour(name)).slice(1).map((part) => parseInt(part, 16));
    return `rgba(${r},${g},${b},0.16)`;
};

const draw = () => {
    if (!answer || !window.Plotly) return;
    const plot = byId("plot");
    const curves = answer.curves;
    const titles = names(curves);
    const [logx, logy] = [isLog("logx"), isLog("logy")];
    const smallest = positive(curves.flatMap((curve) => [curve.y, curve.low ?? []])).reduce((a, b) => Math.min(a, b), Infinity);
    let hidden = 0;
    const traces = [];
    curves.forEach((curve, at) => {
        const name = `run${at % colours}`;
        const dash = dashes[Math.floor(at / colours) % dashes.length];
        const seen = curve.x.map((x, k) => k).filter((k) => curve.y[k] !== null && (!logy || curve.y[k] > 0) && (!logx || curve.x[k] > 0));
        hidden += curve.x.length - seen.length;
        const take = (values) => seen.map((k) => values[k]);
        const x = take(curve.x);
        if (curve.low && curve.runs.length > 1) {
            // what lies at or below 0 is drawn at the lowest that a logarithmic axis has
            const floor = (value) => (logy && !(value > 0) ? smallest : value);
            const band = { type: "scatter", mode: "lines", x, line: { width: 0 }, hoverinfo: "skip", showlegend: false };
            traces.push({ ...band, y: take(curve.low).map(floor) }, { ...band, y: take(curve.high), fill: "tonexty", fillcolor: faded(name) });
        }
        const several = curve.n && curve.runs.length > 1;
        traces.push({
            type: "scatter",
            mode: x.length < 60 ? "lines+markers" : "lines",
            name: plain(titles[at]),
            x,
            y: take(curve.y),
            customdata: several ? seen.map((k) => [curve.low[k], curve.high[k], curve.n[k]]) : undefined,
            line: { color: colour(name), dash, width: 2 },
            marker: { size: 4 },
            hovertemplate: `${plain(titles[at])}<br>%{x:,} : %{y:.4g}${several ? "<br>%{customdata[0]:.3g} to %{customdata[1]:.3g}, n = %{customdata[2]}" : ""}<extra></extra>`,
        });
    });
    plot.classList.toggle("empty", traces.length === 0);
    const layout = {
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("soft") },
        hoverlabel: { bgcolor: colour("page"), bordercolor: colour("edge"), font: { color: colour("ink") } },
        margin: { l: 60, r: 12, t: 10, b: 46 },
        height: plot.clientWidth < 600 ? 300 : 380,
        showlegend: false,
        hovermode: "closest",
        dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
        uirevision: [answer.key, view.x, logx, logy].join(" "), // a zoom stays while curves grow
        xaxis: axis(axes[view.x] ?? view.x, logx, positive(curves.map((curve) => curve.x))),
        yaxis: axis(answer.key ?? "", logy, positive(curves.map((curve) => curve.y))),
    };
    window.Plotly.react(plot, traces, layout, { responsive: true, displayModeBar: false, doubleClick: "reset" });
    say(curves, titles, hidden);
};

const say = (curves, titles, hidden) => {
    byId("legend").replaceChildren(
        ...curves.map((curve, at) =>
            element("li", {}, key(at)(), element("span", {}, titles[at] + (view.group !== "none" ? ` (n = ${curve.runs.length})` : "")), element("span", { class: "value" }, brief(curve.last)))),
    );
    const sentences = [];
    if (curves.length === 0) sentences.push(runs.size === 0 ? "Nothing to draw yet." : shown().length === 0 ? "Pick runs in the table to draw their curves." : "None of these runs has measured this yet.");
    else sentences.push(`${answer.key} of ${curves.length === 1 ? "one curve" : `${curves.length} curves`}, the last value behind each name.`);
    if (answer.lacking.length > 0 && curves.length > 0) sentences.push(`${answer.lacking.length} of the runs ${answer.lacking.length === 1 ? "has" : "have"} no such measurement.`);
    if (hidden > 0) sentences.push(`${hidden} points at or below 0 have no place on a logarithmic axis.`);
    if (view.group !== "none") sentences.push("Means are taken step by step where every run that is that far was measured; nothing is interpolated.");
    byId("plot-note").textContent = sentences.join(" ");
    const looks = new Map();
    curves.forEach((curve, at) => curve.runs.forEach((id) => looks.set(id, key(at))));
    tell(looks);
};

const choices = () => {
    const select = byId("key");
    const wanted = answer.keys.includes(view.key) || !view.key ? answer.keys : [view.key, ...answer.keys];
    if ([...select.options].map((option) => option.value).join() !== wanted.join()) select.replaceChildren(...wanted.map((one) => element("option", { value: one }, one)));
    select.value = answer.key ?? "";
    select.disabled = wanted.length === 0;
    for (const name of ["logx", "logy"]) byId(name).checked = isLog(name);
};

const fetchCurves = async () => {
    const ids = shown();
    const query = new URLSearchParams([...ids.map((id) => ["run", id]), ["x", view.x], ["group", view.group], ["spread", view.spread], ["points", ids.length > 10 ? 500 : 2000]]);
    if (view.key) query.set("key", view.key);
    if (view.logx !== null) query.set("scale", view.logx ? "log" : "linear");
    asked = query.toString();
    const response = await fetch(`/api/curves?${asked}`);
    if (!response.ok) throw new Error((await response.text()).trim());
    answer = await response.json();
    choices();
    draw();
};

/** Asks for the curves, now or as soon as the last question is long enough ago. */
export const refresh = () => {
    if (busy || waiting) {
        if (busy) busy = "again";
        return;
    }
    waiting = setTimeout(async () => {
        waiting = null;
        busy = true;
        last = performance.now();
        try {
            await fetchCurves();
        } catch (error) {
            byId("plot-note").textContent = `The curves cannot be had: ${error.message}`;
        }
        const again = busy === "again";
        busy = false;
        if (again) refresh();
    }, Math.max(0, last + pause - performance.now()));
};

/** Asks at once: somebody changed what is to be seen. */
const ask = () => {
    last = 0;
    clearTimeout(waiting);
    waiting = null;
    refresh();
};

export const take = (all) => { runs = all; };

export const start = (of) => {
    shown = of.shown;
    tell = of.tell;
    byId("x").replaceChildren(...Object.entries({ step: "steps", seconds: "seconds", "solver/evaluations": "evaluations" }).map(([value, title]) => element("option", { value }, title)));
    for (const name of ["key", "x", "group", "spread"]) byId(name).addEventListener("change", (event) => view.set({ [name]: event.target.value }));
    for (const name of ["logx", "logy"]) byId(name).addEventListener("change", (event) => view.set({ [name]: event.target.checked }));
    const reflect = () => {
        for (const name of ["x", "group", "spread"]) byId(name).value = view[name];
        for (const name of ["logx", "logy"]) byId(name).checked = isLog(name);
        byId("spread-label").hidden = view.group === "none";
    };
    reflect();
    view.listeners.push((changed) => {
        reflect();
        if (["key", "x", "group", "spread", "show", "logx", "filter"].some((name) => changed.includes(name))) ask();
        else if (changed.includes("logy")) draw();
    });
    addEventListener("themechange", draw);
};
