"use strict";
(() => {
    // Tables: a header turns into a button that sorts by its column; a second press turns the order round.
    const value = (row, column) => {
        const cell = row.cells[column];
        return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
    };
    const compare = (a, b) =>
        typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
    for (const table of document.querySelectorAll("table.sortable")) {
        const headers = [...table.tHead.rows[0].cells];
        headers.forEach((header, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.append(...header.childNodes);
            header.append(button);
            button.addEventListener("click", () => {
                const turned = header.getAttribute("aria-sort") === "descending";
                headers.forEach((other) => other.removeAttribute("aria-sort"));
                header.setAttribute("aria-sort", turned ? "ascending" : "descending");
                const body = table.tBodies[0];
                const rows = [...body.rows].sort((a, b) => compare(value(b, column), value(a, column)));
                body.append(...(turned ? rows.reverse() : rows));
            });
        });
    }

    // Plots: where the script cannot be unpacked the drawings stay.
    const packed = document.getElementById("plotly");
    const figures = [...document.querySelectorAll("figure.chart")];
    if (!packed || figures.length === 0 || typeof DecompressionStream === "undefined") return;

    const unpack = (text) => {
        const bytes = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
        const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
        return new Response(plain).text();
    };
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    // the plots read a few tags in names: there are none in ours
    const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const axis = (of) => ({
        title: { text: plain(of.title), standoff: 10 },
        type: of.log ? "log" : "linear",
        range: of.share ? [-0.03, 1.03] : undefined,
        exponentformat: "power",
        dtick: of.log && of.decades >= 1 ? Math.ceil(of.decades / 9) : undefined,
        gridcolor: colour("line"),
        linecolor: colour("edge"),
        zeroline: false,
        automargin: true,
    });
    const draw = (figure, first) => {
        const data = JSON.parse(figure.querySelector("script").textContent);
        const traces = data.series.map((series) => ({
            type: "scatter",
            mode: series.x.length < 60 && series.dash === "solid" ? "lines+markers" : "lines",
            name: plain(series.name),
            x: series.x,
            y: series.y,
            line: { color: colour(series.colour), dash: series.dash, width: series.dash === "solid" ? 2 : 1.5 },
            marker: { size: 4 },
            hovertemplate: `${plain(series.name)}<br>%{x:,} : %{y:.4g}<extra></extra>`,
        }));
        const layout = {
            paper_bgcolor: "rgba(0,0,0,0)",
            plot_bgcolor: "rgba(0,0,0,0)",
            font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("soft") },
            hoverlabel: { bgcolor: colour("page"), bordercolor: colour("edge"), font: { color: colour("ink") } },
            margin: { l: 56, r: 12, t: 8, b: 44 },
            height: 360,
            showlegend: false,
            hovermode: "closest",
            dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
            xaxis: axis(data.x),
            yaxis: axis(data.y),
        };
        const plot = figure.querySelector(".plot");
        if (first) figure.classList.add("live");
        return window.Plotly.react(plot, traces, layout, { responsive: true, displayModeBar: false, doubleClick: "reset" });
    };
    const start = async () => {
        const script = document.createElement("script");
        script.textContent = await unpack(packed.textContent);
        document.head.append(script);
        if (!window.Plotly) return;
        for (const figure of figures) await draw(figure, true);
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => figures.forEach((f) => draw(f, false)));
    };
    start().catch((error) => {
        figures.forEach((figure) => figure.classList.remove("live"));
        console.error(error);
    });
})();
