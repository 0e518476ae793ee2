import Testing

/// What a page must be for everybody: names, structure, contrast, width, and no complaint of the browser.
struct Audit {
    private struct Found: Decodable {
        var title: String
        var lang: String
        var h1: Int
        var doubled: [String]
        var landmarks: [String]
        var skipped: [String]
        var unlabelled: [String]
        var styled: Int
        var scripts: Int
        var wide: Int
        var pale: [String]
        var foreign: [String]
        var paint: Double
        var tables: Int
    }

    private struct Tree: Decodable {
        struct Value: Decodable {
            private enum CodingKeys: String, CodingKey { case value }
            var text: String?
            init(from decoder: any Decoder) throws {
                text = try? decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .value)
            }
        }
        struct Node: Decodable {
            var ignored: Bool
            var role: Value?
            var name: Value?
        }
        var nodes: [Node]
    }

    private let page: String
    private let found: Found
    private let nameless: [String]
    private let complaints: [String]

    /// Milliseconds from the request to the first contents on the screen, as Chromium measures them.
    var firstPaint: Double { found.paint }

    init(_ browser: Browser, _ page: String) throws {
        self.page = page
        // The paint is noted a moment after the page is loaded.
        try browser.wait(10, until: "performance.getEntriesByName('first-contentful-paint').length > 0")
        found = try browser.script(Audit.script, as: Found.self)
        // The names that a screen reader says, as Chromium computes them.
        let roles: Set<String> = [
            "link", "button", "textbox", "searchbox", "combobox", "image", "img", "meter", "navigation", "region",
            "complementary", "table",
        ]
        nameless = try browser.devTools("Accessibility.getFullAXTree", "{}", as: Tree.self).nodes
            .filter { node in
                !node.ignored && node.role?.text.map(roles.contains) == true
                    && (node.name?.text ?? "").allSatisfy(\.isWhitespace)
            }
            .compactMap { $0.role?.text }
        complaints = try browser.complaints()
    }

    func expectAll() {
        #expect(complaints.isEmpty, "\(page): the console")
        #expect(!found.title.isEmpty && found.title != "broken" && found.lang == "en", "\(page): title and language")
        #expect(found.h1 == 1, "\(page): one h1")
        #expect(found.doubled.isEmpty, "\(page): ids")
        #expect(Set(found.landmarks).isSuperset(of: ["MAIN", "HEADER", "FOOTER"]), "\(page): landmarks")
        #expect(found.skipped.isEmpty, "\(page): headings in order")
        #expect(nameless.isEmpty, "\(page): names")
        #expect(found.unlabelled.isEmpty, "\(page): tables without headers, pictures without a title")
        #expect(found.styled == 0 && found.scripts == 1, "\(page): no style or script in the page")
        #expect(found.wide <= 0, "\(page): no scrolling sideways")
        #expect(found.pale.isEmpty, "\(page): contrast")
        #expect(found.foreign.isEmpty, "\(page): nothing from another host")
    }

    /// Contrast: WCAG 2.2, 1.4.3, of each text with the nearest colour behind it.
    private static let script = """
        const all = (selector) => Array.from(document.querySelectorAll(selector));
        const isSeen = (e) => e.checkVisibility() && !e.closest('.hidden, .skip, svg, option');
        const colour = (text) => {
          const parts = (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
          const unit = text.startsWith('color(') ? 255 : 1;
          return { rgb: parts.slice(0, 3).map((x) => x * unit), alpha: parts.length > 3 ? parts[3] : 1 };
        };
        const light = (rgb) => {
          const [r, g, b] = rgb.map((x) => x / 255).map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (e) => {
          for (let at = e; at; at = at.parentElement) {
            const c = colour(getComputedStyle(at).backgroundColor);
            if (c.alpha > 0.99) return c.rgb;
          }
          return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
        };
        const pale = [];
        for (const e of all('body *')) {
          const own = Array.from(e.childNodes).filter((n) => n.nodeType == 3).map((n) => n.data).join('').trim();
          if (!own || !isSeen(e)) continue;
          const style = getComputedStyle(e);
          const [a, b] = [light(colour(style.color).rgb), light(behind(e))];
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          const size = parseFloat(style.fontSize);
          const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
          if (ratio < (isLarge ? 3 : 4.5)) pale.push(`${ratio.toFixed(2)} ${e.className} ${own.slice(0, 30)}`);
        }
        const ids = all('[id]').map((e) => e.id);
        const levels = all('h1, h2, h3, h4').map((e) => Number(e.tagName[1]));
        const tables = all('table');
        return {
          title: document.title,
          lang: document.documentElement.lang,
          h1: all('h1').length,
          doubled: ids.filter((id, at) => ids.indexOf(id) != at),
          landmarks: all('main, header, footer, nav').map((e) => e.tagName),
          skipped: levels.flatMap((l, at) => (at > 0 && l > levels[at - 1] + 1 ? [`h${levels[at - 1]} h${l}`] : [])),
          unlabelled: tables.filter((t) => !t.caption || !t.querySelector('th[scope]')).map((t) => t.outerHTML.slice(0, 80))
            .concat(all('svg').filter((s) => !s.querySelector(':scope > title') || !s.querySelector(':scope > desc')).map((s) => 'svg')),
          styled: all('[style], style').length,
          scripts: all('script').length,
          wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          pale: Array.from(new Set(pale)),
          foreign: performance.getEntriesByType('resource').map((r) => r.name).filter((n) => !n.startsWith(location.origin)),
          paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
          tables: tables.length,
        };
        """
}
