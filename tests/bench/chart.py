"""A bar chart as SVG: one panel for each workload, one group of bars for each number of clients."""
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, GAP = 320, 220, 64, 56, 48
COLOURS = ["#0b7285", "#e8590c", "#868e96", "#5c940d"]
INK, RULE = "#343a40", "#dee2e6"


def short(n):
    return f"{n / 1e6:.1f}M" if n >= 1e6 else f"{n / 1e3:.0f}k" if n >= 1e4 else f"{n / 1e3:.1f}k" if n >= 1e3 else f"{n:.0f}"


def text(x, y, content, anchor="middle", size=11, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
            f'fill="{INK}">{escape(content)}</text>')


def panel(x0, title, cells, names):
    """One workload; cells are (clients, {server: (median, lowest, highest)})."""
    top = max((high for _, cell in cells for _, _, high in cell.values()), default=1) or 1
    height = lambda v: v / top * HEIGHT
    out = [text(x0 + WIDTH / 2, TOP - 10, title, size=13, weight="bold")]
    for quarter in range(5):
        y = TOP + HEIGHT - HEIGHT * quarter / 4
        out += [f'<line x1="{x0}" x2="{x0 + WIDTH}" y1="{y}" y2="{y}" stroke="{RULE}"/>',
                text(x0 - 6, y + 4, short(top * quarter / 4), "end")]
    group = WIDTH / max(1, len(cells))
    bar = group * 0.8 / max(1, len(names))
    for g, (clients, cell) in enumerate(cells):
        out.append(text(x0 + group * (g + 0.5), TOP + HEIGHT + 18, f"{clients} client{'s' * (clients != 1)}"))
        for b, name in enumerate(names):
            if name not in cell:
                continue
            median, low, high = cell[name]
            x, base = x0 + group * (g + 0.1) + b * bar, TOP + HEIGHT
            out.append(f'<rect x="{x:.1f}" y="{base - height(median):.1f}" width="{bar - 2:.1f}" '
                       f'height="{height(median):.1f}" fill="{COLOURS[b % len(COLOURS)]}"/>')
            out.append(f'<line x1="{x + bar / 2 - 1:.1f}" x2="{x + bar / 2 - 1:.1f}" y1="{base - height(low):.1f}" '
                       f'y2="{base - height(high):.1f}" stroke="{INK}"/>')
    return "".join(out)


def chart(title, names, panels):
    """panels: {workload: [(clients, {server: (median, lowest, highest)})]}, names the servers in order."""
    width = LEFT + len(panels) * (WIDTH + GAP + 16)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + HEIGHT + 64}" '
           f'width="{width}" height="{TOP + HEIGHT + 64}" font-family="sans-serif">', '<rect width="100%" height="100%" fill="white"/>',
           text(LEFT, 22, title, "start", 12)]
    out += [panel(LEFT + n * (WIDTH + GAP + 16), w, cells, names) for n, (w, cells) in enumerate(panels.items())]
    for n, name in enumerate(names):
        x, y = LEFT + n * 110, TOP + HEIGHT + 36
        out += [f'<rect x="{x}" y="{y}" width="12" height="12" fill="{COLOURS[n % len(COLOURS)]}"/>',
                text(x + 18, y + 10, name, "start")]
    return "\n".join(out + ["</svg>\n"])
