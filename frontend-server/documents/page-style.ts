/** The style sheet of every page of the front end that is made from the tables. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1d2127; --soft: #5a6472; --line: #dde1e6; --shade: #f5f6f8;
  --accent: #0b5fb0; --get: #0b6b3a; --post: #0b5fb0; --put: #8a5a00; --delete: #b3261e;
  --mono: ui-monospace, "Cascadia Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e7eb; --soft: #9aa5b1; --line: #30363d; --shade: #1c2127;
    --accent: #6cb2ff; --get: #5fd08a; --post: #6cb2ff; --put: #e0b050; --delete: #ff8a80;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.frame { display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav {
  position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.25rem 1rem 3rem;
  border-right: 1px solid var(--line); background: var(--shade); font-size: .9rem;
}
nav h2 { margin: 1.2rem 0 .3rem; font-size: .8rem; color: var(--soft); }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li a {
  display: block; padding: .15rem .4rem; border-radius: .3rem; text-decoration: none;
  color: inherit; overflow-wrap: anywhere;
}
nav li a:hover { background: var(--line); }
nav input {
  width: 100%; padding: .35rem .5rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: .35rem;
}
main { padding: 1.5rem clamp(1rem, 4vw, 3rem) 6rem; max-width: 66rem; }
main.plain { margin: 0 auto; }
h1 { margin: 0 0 .5rem; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 3rem 0 .25rem; font-size: 1.4rem; }
h3 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
h4 { margin: 1.1rem 0 .3rem; font-size: .9rem; }
p { margin: .5rem 0; max-width: 46rem; }
.soft { color: var(--soft); }
code, pre { font-family: var(--mono); font-size: .86em; }
code {
  background: var(--shade); padding: .05em .3em; border-radius: .25em; overflow-wrap: anywhere;
}
pre {
  position: relative; margin: .3rem 0; padding: .7rem .9rem; overflow-x: auto; tab-size: 2;
  background: var(--shade); border: 1px solid var(--line); border-radius: .4rem; line-height: 1.45;
}
pre code { padding: 0; background: none; overflow-wrap: normal; }
.operation {
  margin: 1.2rem 0; padding: 1rem 1.1rem; border: 1px solid var(--line); border-radius: .5rem;
}
.operation:target { border-color: var(--accent); }
.route {
  display: flex; flex-wrap: wrap; gap: .2rem .6rem; align-items: baseline;
  font-family: var(--mono);
}
.route .name { margin-left: auto; font-size: .85rem; font-weight: 400; color: var(--soft); }
.verb { font-weight: 700; }
.GET { color: var(--get); } .POST { color: var(--post); }
.PUT, .PATCH { color: var(--put); } .DELETE { color: var(--delete); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td {
  padding: .35rem .7rem .35rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line);
}
th { font-size: .8rem; color: var(--soft); font-weight: 600; }
td:first-child { white-space: nowrap; }
tr:target td { background: var(--shade); }
.wrap td:first-child { white-space: normal; }
details { margin: .4rem 0; }
summary { cursor: pointer; font-size: .9rem; }
summary:hover { color: var(--accent); }
button {
  font: inherit; font-size: .85rem; padding: .2rem .7rem; cursor: pointer; color: inherit;
  background: var(--paper); border: 1px solid var(--line); border-radius: .35rem;
}
button:hover { border-color: var(--accent); }
.copy { position: absolute; top: .4rem; right: .4rem; }
textarea, .token {
  width: 100%; padding: .5rem .6rem; font-family: var(--mono); font-size: .86rem; color: inherit;
  background: var(--paper); border: 1px solid var(--line); border-radius: .35rem;
}
.answer { margin-top: .5rem; }
[hidden] { display: none; }
@media (max-width: 52rem) {
  .frame { grid-template-columns: minmax(0, 1fr); }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  nav .all { max-height: 40vh; overflow: auto; }
  .route .name { margin-left: 0; width: 100%; }
  th, td { padding-right: .5rem; }
}
@media print {
  nav, button, .try { display: none; }
  .frame { display: block; }
}
`;
