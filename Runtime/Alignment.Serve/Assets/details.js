// One run: what came out, what it is, its files, and asking it to stop.

import { ago, bytes, element, moment } from "./words.js";
import { view } from "./view.js";

const dialog = document.getElementById("details");
const body = document.getElementById("details-body");
let told = "";

const pairs = (entries) =>
    element("table", {}, element("tbody", {}, ...entries.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, String(value))))));

const path = (run) => `/runs/${encodeURIComponent(run.id)}`;

const stop = (run) => {
    const place = element("div", { class: "actions", role: "status" });
    const ask = () => {
        const no = element("button", { type: "button", onclick: () => { place.replaceChildren(first()); place.firstElementChild.focus(); } }, "Let it go on");
        place.replaceChildren(
            element("span", {}, "It ends after its next measured moment and can be taken up again."),
            element("button", { type: "button", class: "stop", onclick: send }, "Stop the run"),
            no,
        );
        no.focus();
    };
    const send = async () => {
        try {
            const response = await fetch(`/api/runs/${encodeURIComponent(run.id)}/stop`, { method: "POST" });
            place.replaceChildren(element("span", {}, (await response.text()).trim()));
        } catch (error) {
            place.replaceChildren(element("span", {}, `The run cannot be asked: ${error.message}`));
        }
    };
    const first = () => element("button", { type: "button", class: "stop", onclick: ask }, "Stop\u2026");
    place.append(first());
    return place;
};

const show = (about) => {
    const { run } = about;
    const link = (where, title) => element("a", { href: where, target: "_blank", rel: "noopener" }, title);
    const parts = [
        element("h2", { id: "details-title" }, run.name),
        element("p", { class: "soft" }, element("span", { class: "state", "data-state": run.state }, run.state), ` \u00b7 ${run.id}`),
        element("p", {}, about.verdict),
        run.status ? element("p", {}, run.status) : null,
        run.note ? element("p", {}, run.note) : null,
        element("p", { class: "actions" }, link(`${path(run)}/report`, "Report"), element("a", { href: `${path(run)}/metrics.csv` }, "Metrics as CSV")),
        run.state === "running" ? stop(run) : null,
        element("h3", {}, "What decides the result"),
        pairs(Object.entries(run.identity)),
        element("h3", {}, "Circumstances"),
        pairs([["started", `${moment(run.started)}, ${ago(run.started)}`], ["written", moment(about.updated)], ["tags", run.tags.join(", ")], ["group", run.group], ["taken up again", about.resumed || null], ["commit", about.commit], ...Object.entries(about.machine)]),
        element("h3", {}, "Files"),
        element("table", {}, element("tbody", {}, ...about.files.map((file) => element("tr", {}, element("td", {}, link(`${path(run)}/files/${file.path.split("/").map(encodeURIComponent).join("/")}`, file.path)), element("td", { class: "n" }, bytes(file.bytes)))))),
    ];
    body.replaceChildren(...parts.filter((part) => part !== null));
};

const load = async (id) => {
    try {
        const response = await fetch(`/api/runs/${encodeURIComponent(id)}`);
        if (!response.ok) throw new Error((await response.text()).trim());
        const about = await response.json();
        if (view.run === id) show(about);
    } catch (error) {
        body.replaceChildren(element("h2", { id: "details-title" }, id), element("p", {}, error.message));
    }
};

/** Takes the runs as they are now: the open one is read again when it ended or began. */
export const take = (runs) => {
    const run = view.run && runs.get(view.run);
    const now = run ? `${run.id} ${run.state}` : "";
    if (run && now !== told) load(run.id);
    told = now;
};

const reflect = () => {
    if (view.run && !dialog.open) dialog.showModal();
    if (!view.run && dialog.open) dialog.close();
    if (view.run) load(view.run);
};

export const start = () => {
    dialog.addEventListener("close", () => view.set({ run: null }));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    view.listeners.push((changed) => { if (changed.includes("run")) reflect(); });
    if (view.run) reflect();
};
