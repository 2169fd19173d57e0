// What can be told of a run, a column each: how it is sorted, filtered, shown, and written as CSV.

import { ago, brief, count, duration, element, moment } from "./words.js";

const text = (id, title, value) => ({ id, title, value, kind: "text" });
const number = (id, title, value, show) => ({ id, title, value, show, kind: "number" });
const identity = (id, title = id) => text(id, title, (run) => run.identity[id] ?? "");

/** What a figure of NashConv is: a certificate's, a bound, or only what was measured last. */
const kind = (run) => {
    if (run.nash_conv === null) return { sign: "", words: "" };
    if (run.certificate === null) return { sign: "~ ", words: "as last measured: there is no certificate" };
    if (run.certificate === "lower_bound") return { sign: "\u2265 ", words: "the certificate is a lower bound" };
    return { sign: "", words: `the certificate is ${run.certificate}` };
};

/** How far a run of a game of smooth payoffs is, where NashConv is not known. */
const residual = (run) => (run.nash_conv === null ? run.distance : null);

const residualKind = (run) => {
    if (residual(run) === null) return { sign: "", words: "" };
    if (run.certificate === null) return { sign: "~ ", words: "as last measured: there is no certificate" };
    return { sign: "", words: `the certificate is ${run.certificate}: of first order, so larger deviations are not excluded` };
};

/** The columns that every run has. */
export const columns = [
    text("name", "name", (run) => run.name),
    text("state", "state", (run) => run.state),
    text("solver", "solver", (run) => run.solver ?? ""),
    identity("game"),
    identity("seed"),
    number("steps", "steps", (run) => run.steps, (run) => count(run.steps)),
    {
        ...number("nash_conv", "NashConv", (run) => run.nash_conv, (run) => kind(run).sign + brief(run.nash_conv)),
        hint: (run) => kind(run).words,
        isRare: true, // left out of a table where no run has one
        isUsual: true, // but there where no run has any of the rare ones
    },
    {
        ...number("residual", "residual", residual, (run) => residualKind(run).sign + brief(residual(run))),
        hint: (run) => residualKind(run).words,
        isRare: true,
    },
    { ...number("loss", "loss", (run) => run.loss, (run) => brief(run.loss)), isRare: true },
    { ...number("reward", "reward", (run) => run.reward, (run) => brief(run.reward)), isRare: true },
    number("exploitability", "exploitability", (run) => run.exploitability, (run) => brief(run.exploitability)),
    text("certificate", "certificate", (run) => run.certificate ?? ""),
    number("seconds", "time", (run) => run.seconds, (run) => duration(run.seconds)),
    { id: "started", title: "started", value: (run) => run.started, show: (run) => ago(run.started), hint: (run) => moment(run.started), kind: "time" },
    text("tags", "tags", (run) => run.tags.join(" ")),
    text("group", "group", (run) => run.group ?? ""),
    text("note", "note", (run) => run.note ?? ""),
    identity("settings"),
    identity("until", "stop rule"),
    identity("precision"),
    identity("executor"),
    identity("device"),
    text("spec", "specification", (run) => run.spec ?? ""),
    text("id", "id", (run) => run.id),
];

export const column = (id) => columns.find((one) => one.id === id);

/** Two runs in the order of a column; runs that lack its value come last, whichever way round. */
export const compare = (one, turned) => (a, b) => {
    const [x, y] = [one.value(a), one.value(b)];
    const [lacksX, lacksY] = [x === null || x === "", y === null || y === ""];
    if (lacksX || lacksY) return lacksX - lacksY;
    const order = one.kind === "number" ? x - y : one.kind === "time" ? (x < y ? -1 : x > y ? 1 : 0) : String(x).localeCompare(String(y), "en", { numeric: true });
    return turned ? -order : order;
};

/** What a cell holds. */
export const cell = (one, run) => {
    if (one.id === "state") return element("span", { class: "state", "data-state": run.state }, run.state);
    if (one.id === "tags") return element("span", {}, ...run.tags.map((tag) => element("span", { class: "tag" }, tag)));
    return document.createTextNode(one.show ? one.show(run) : one.value(run));
};

const words = (query) => [...query.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map((match) => match[0].replaceAll('"', ""));

const fits = (word) => {
    const [, name, sign, rest] = /^(\w+)([:<>=])(.*)$/.exec(word) ?? [];
    const one = name && column(name);
    if (one && (sign === "<" || sign === ">")) {
        const limit = Number(rest);
        return (run) => {
            const value = one.kind === "number" ? one.value(run) : Number(one.value(run));
            return value !== null && Number.isFinite(limit) && (sign === "<" ? value < limit : value > limit);
        };
    }
    if (one && sign === "=") return (run) => String(one.value(run)) === rest;
    if (one) return (run) => String(one.value(run)).toLowerCase().includes(rest.toLowerCase());
    const low = word.toLowerCase();
    return (run) => [run.id, run.name, run.state, run.solver, run.group, run.note, ...run.tags, ...Object.values(run.identity)].some((value) => value?.toLowerCase().includes(low));
};

/** Runs that have all words of a query. */
export const filter = (query) => {
    const all = words(query).map(fits);
    return (run) => all.every((one) => one(run));
};

const quoted = (value) => {
    const cellText = value === null || value === undefined ? "" : String(value);
    // a spreadsheet takes what begins so for a formula
    const safe = /^[=+\-@\t\r]/.test(cellText) && !Number.isFinite(Number(cellText)) ? `'${cellText}` : cellText;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Runs as comma-separated values, numbers whole. */
export const csv = (shown, runs) => [shown.map((one) => one.id), ...runs.map((run) => shown.map((one) => one.value(run)))].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
