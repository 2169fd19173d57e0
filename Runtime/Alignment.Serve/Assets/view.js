// What is seen, kept in the address: a link shows somebody else the same.

const usual = {
    filter: "",
    sort: "-started",
    columns: "name state solver seed steps nash_conv residual loss reward seconds started tags",
    show: null, // null: the newest
    key: null, // null: what tells most
    x: "step",
    logx: null, // null: as the metric is usually read
    logy: null,
    group: "none",
    spread: "range",
    run: null,
};

const switches = ["logx", "logy"];

const read = () => {
    const given = new URLSearchParams(location.search);
    const view = { ...usual };
    for (const name of Object.keys(usual)) {
        if (!given.has(name)) continue;
        const text = given.get(name);
        view[name] = switches.includes(name) ? text === "1" : text;
    }
    return view;
};

const write = (view) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(view)) {
        if (value === usual[name] || value === null) continue;
        query.set(name, typeof value === "boolean" ? (value ? "1" : "0") : value);
    }
    const text = query.toString();
    history.replaceState(null, "", text ? `?${text}` : location.pathname);
};

/** The view. `set` changes it, writes the address, and tells whoever listens. */
export const view = {
    ...read(),
    listeners: [],
    set(changes) {
        const changed = Object.keys(changes).filter((name) => this[name] !== changes[name]);
        if (changed.length === 0) return;
        Object.assign(this, changes);
        write(Object.fromEntries(Object.keys(usual).map((name) => [name, this[name]])));
        this.listeners.forEach((listener) => listener(changed));
    },
};

addEventListener("popstate", () => {
    const now = read();
    const changed = Object.keys(now).filter((name) => view[name] !== now[name]);
    Object.assign(view, now);
    view.listeners.forEach((listener) => listener(changed));
});
