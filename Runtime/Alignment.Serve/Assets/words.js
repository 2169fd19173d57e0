// Numbers, times and elements. Whatever comes from a file is set as text, never as markup.

/** An element with attributes and children; a string among them is text. */
export const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
        else if (value === true) made.setAttribute(key, "");
        else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
};

/** Four digits, for reading. */
export const brief = (value) => {
    if (value === null || value === undefined) return "";
    if (value === 0) return "0";
    const size = Math.abs(value);
    const text = size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e");
    return text.replaceAll("-", "\u2212");
};

export const count = (value) => (value === null || value === undefined ? "" : Number(value).toLocaleString("en"));

export const duration = (seconds) => {
    if (seconds === null || seconds === undefined) return "";
    if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(0)} \u00b5s`;
    if (seconds < 1) return `${(seconds * 1e3).toFixed(0)} ms`;
    if (seconds < 100) return `${seconds.toFixed(1)} s`;
    if (seconds < 7200) return `${(seconds / 60).toFixed(0)} min`;
    return `${(seconds / 3600).toFixed(1)} h`;
};

export const bytes = (size) => {
    if (size < 1000) return `${size} B`;
    if (size < 1e6) return `${(size / 1e3).toFixed(1)} kB`;
    if (size < 1e9) return `${(size / 1e6).toFixed(1)} MB`;
    return `${(size / 1e9).toFixed(1)} GB`;
};

/** How long ago, as people say it. */
export const ago = (time) => {
    const seconds = (Date.now() - new Date(time).getTime()) / 1000;
    if (seconds < 60) return "just now";
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    const days = Math.floor(seconds / 86400);
    return days === 1 ? "yesterday" : `${days} days ago`;
};

export const moment = (time) => new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** A text in which the plots see no tags. */
export const plain = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
