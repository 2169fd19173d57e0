// The table of runs: chosen columns, sorted, filtered. Rows stay where they are while their cells change.

import { cell, column, columns, compare, csv, filter } from "./columns.js";
import { count, element } from "./words.js";
import { view } from "./view.js";

const page = 200;
const most = 60; // curves that can be told apart by nobody

const byId = (id) => document.getElementById(id);
const rows = new Map();
let limit = page;
let runs = new Map();
let keys = new Map(); // how a run's curve looks
let headed = ""; // the columns that have titles

const has = (one) => [...runs.values()].some((run) => one.value(run) !== null);
const isUseful = (one) => !one.isRare || has(one) || (one.isUsual && !columns.some((other) => other.isRare && has(other)));
const chosen = () => view.columns.split(" ").map(column).filter((one) => one && isUseful(one));

/** The runs that the filter lets through, in order. */
const listed = () => {
    const turned = view.sort.startsWith("-");
    const by = column(view.sort.replace(/^-/, "")) ?? column("started");
    return [...runs.values()].filter(filter(view.filter)).sort(compare(by, turned));
};

/** The runs that are drawn: those that were picked, or the newest that were listed. */
export const shown = () => {
    if (view.show !== null) return view.show.split(",").filter((id) => runs.has(id)).slice(0, most);
    return [...runs.values()].filter(filter(view.filter)).sort(compare(column("started"), true)).slice(0, 5).map((run) => run.id);
};

const pick = (id, isPicked) => {
    const now = shown();
    view.set({ show: (isPicked ? [...now, id] : now.filter((other) => other !== id)).join(",") });
};

const head = () => {
    headed = chosen().map((one) => one.id).join(" ");
    const row = document.querySelector("#table thead tr");
    const turned = view.sort.startsWith("-");
    const by = view.sort.replace(/^-/, "");
    row.replaceChildren(
        element("th", { class: "pick", scope: "col" }, "curve"),
        ...chosen().map((one) => {
            const first = one.kind === "text" ? one.id : `-${one.id}`;
            const other = one.kind === "text" ? `-${one.id}` : one.id;
            const button = element("button", { type: "button", onclick: () => view.set({ sort: view.sort === first ? other : first }) }, one.title);
            return element("th", { scope: "col", class: one.kind === "number" ? "n" : null, "aria-sort": by === one.id ? (turned ? "descending" : "ascending") : null }, button);
        }),
    );
};

const make = (id) => {
    const box = element("input", { type: "checkbox", onchange: (event) => pick(id, event.target.checked) });
    const place = element("span");
    const row = element("tr", { "data-run": id }, element("td", { class: "pick" }, element("label", {}, box, place)));
    return { row, box, place, told: new Map() };
};

const fill = (made, run, wanted, isShown) => {
    const { row, box, place, told } = made;
    box.checked = isShown;
    box.setAttribute("aria-label", `draw ${run.name}, ${run.id}`);
    place.replaceChildren(...(keys.has(run.id) && isShown ? [keys.get(run.id)()] : []));
    const layout = wanted.map((one) => one.id).join(" ");
    if (told.get("layout") !== layout) {
        row.replaceChildren(row.cells[0], ...wanted.map((one) => element("td", { class: one.kind === "number" ? "n" : "text" })));
        told.clear();
        told.set("layout", layout);
    }
    wanted.forEach((one, at) => {
        const is = one.show ? one.show(run) : one.value(run);
        if (told.get(one.id) === is) return;
        told.set(one.id, is);
        const td = row.cells[at + 1];
        const content = one.id === "name" ? element("button", { type: "button", class: "name", onclick: () => view.set({ run: run.id }) }, run.name) : cell(one, run);
        td.replaceChildren(content);
        if (one.hint) td.title = one.hint(run);
        else if (one.kind === "text") td.title = String(is);
    });
};

export const render = () => {
    const all = listed();
    const drawn = new Set(shown());
    const wanted = chosen();
    if (wanted.map((one) => one.id).join(" ") !== headed) head();
    const now = all.slice(0, limit);
    for (const run of now) {
        if (!rows.has(run.id)) rows.set(run.id, make(run.id));
        fill(rows.get(run.id), run, wanted, drawn.has(run.id));
    }
    const body = document.querySelector("#table tbody");
    const order = now.map((run) => rows.get(run.id).row);
    if (order.length === 0) {
        const why = runs.size === 0 ? "No runs yet. A run that is kept appears here as soon as it starts: align solve leduc_poker --solver cfr+ --out runs" : "No run has all of these words.";
        body.replaceChildren(element("tr", {}, element("td", { class: "nothing", colspan: wanted.length + 1 }, why)));
    } else if (order.length !== body.rows.length || order.some((row, at) => body.rows[at] !== row)) {
        const focus = document.activeElement;
        body.replaceChildren(...order);
        if (body.contains(focus)) focus.focus();
    }
    byId("count").textContent = all.length === runs.size ? `${count(runs.size)} ${runs.size === 1 ? "run" : "runs"}` : `${count(all.length)} of ${count(runs.size)} runs`;
    byId("more").hidden = all.length <= limit;
    byId("more").textContent = `show ${count(Math.min(page, all.length - limit))} more of ${count(all.length)}`;
    const compared = byId("compare");
    compared.hidden = drawn.size < 2 || drawn.size > 50;
    compared.href = `/compare?${[...drawn].map((id) => `run=${encodeURIComponent(id)}`).join("&")}`;
};

/** Takes the runs as they are now. */
export const take = (all) => {
    runs = all;
    for (const id of [...rows.keys()]) {
        if (!runs.has(id)) rows.delete(id);
    }
    render();
};

/** Takes how curves look, to show beside their runs. */
export const takeKeys = (of) => {
    keys = of;
    render();
};

const download = () => {
    const file = new Blob([csv(chosen(), listed())], { type: "text/csv" });
    const link = element("a", { href: URL.createObjectURL(file), download: "runs.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};

export const start = () => {
    const menu = document.querySelector("#columns fieldset");
    for (const one of columns) {
        const box = element("input", { type: "checkbox", onchange: () => {
            const ids = new Set(view.columns.split(" "));
            if (box.checked) ids.add(one.id);
            else ids.delete(one.id);
            view.set({ columns: columns.map((other) => other.id).filter((id) => ids.has(id)).join(" ") });
        } });
        box.checked = view.columns.split(" ").includes(one.id);
        menu.append(element("label", {}, box, one.title));
    }
    const details = byId("columns");
    document.addEventListener("click", (event) => { if (!details.contains(event.target)) details.open = false; });
    details.addEventListener("keydown", (event) => { if (event.key === "Escape") { details.open = false; details.firstElementChild.focus(); } });

    const box = byId("filter");
    box.value = view.filter;
    box.addEventListener("input", () => { limit = page; view.set({ filter: box.value }); });
    document.addEventListener("keydown", (event) => {
        if (event.key !== "/" || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName)) return;
        event.preventDefault();
        box.focus();
    });
    byId("csv").addEventListener("click", download);
    byId("clear").addEventListener("click", () => view.set({ show: "" }));
    byId("more").addEventListener("click", () => { limit += page; render(); });
    head();
    view.listeners.push((changed) => {
        if (changed.includes("sort") || changed.includes("columns")) head();
        if (["sort", "columns", "filter", "show"].some((name) => changed.includes(name))) render();
    });
};
