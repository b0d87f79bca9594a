namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The style sheet of the page: system fonts, and accents that keep their contrast in light and dark and without telling red from green.
/// </summary>
internal static class DriftHtmlStyle
{
    public const string Css = """

        :root { color-scheme: light dark; --back: #fff; --fore: #1b1f24; --soft: #5b6470; --line: #d7dce2; --card: #f6f8fa;
          --r: #8a94a3; --c: #0b6bcb; --alarm: #b3400c; --alarm-back: #fff1e8; }
        @media (prefers-color-scheme: dark) { :root { --back: #14171b; --fore: #e6e9ed; --soft: #9aa4b1; --line: #343b44; --card: #1c2127;
          --r: #77818f; --c: #58a6ff; --alarm: #ffa366; --alarm-back: #3a2413; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.5rem; max-width: 1400px; background: var(--back); color: var(--fore);
          font: 14px/1.45 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
        h2 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
        small { color: var(--soft); font-weight: normal; }
        a { color: inherit; overflow-wrap: anywhere; }
        .tiles { display: flex; flex-wrap: wrap; gap: .75rem; }
        .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem 1rem; min-width: 9rem; }
        .tiles b { display: block; font-size: 1.4rem; }
        .tiles span { color: var(--soft); }
        .tiles div.alarm { background: var(--alarm-back); border-color: var(--alarm); }
        .notes { padding-left: 1.1rem; color: var(--soft); overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 2px solid var(--line); }
        th, td { padding: .3rem .6rem; }
        td { border-bottom: 1px solid var(--line); max-width: 22rem; }
        td.n, th.n { text-align: right; white-space: nowrap; }
        .badge { display: inline-block; padding: 0 .5rem; border: 1px solid var(--line); border-radius: 999px; font-size: .8rem;
          font-weight: normal; color: var(--soft); white-space: nowrap; }
        .badge.alarm { color: var(--alarm); background: var(--alarm-back); border-color: var(--alarm); font-weight: 600; }
        .legend { margin: 1.2rem 0 .6rem; }
        .legend i { display: inline-block; width: .8rem; height: .8rem; margin: 0 .2rem 0 .6rem; vertical-align: -.05rem; }
        i.r { background: var(--r); }
        i.c { background: var(--c); }
        main { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 1rem; }
        article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem; min-width: 0; }
        svg { width: 100%; height: auto; display: block; }
        rect.r { fill: var(--r); }
        rect.c { fill: var(--c); }
        svg line { stroke: var(--line); }
        svg text { fill: var(--soft); font-size: 11px; }
        dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem .7rem; margin: .6rem 0 0; font-size: .85rem; }
        dt { color: var(--soft); }
        dd { margin: 0; overflow-wrap: anywhere; }
        @media print { article { break-inside: avoid; } }

        """;
}
