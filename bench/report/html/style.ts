/** The style sheet of the report. System fonts only; black on white, also on paper. */
export const STYLE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:72rem;padding:1rem clamp(.75rem,3vw,2.5rem) 4rem;background:#fff;color:#1a1a1a;
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:break-word}
h1{font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.2;margin:1rem 0 .25rem}
h2{font-size:1.4rem;line-height:1.25;margin:3rem 0 .75rem;padding-top:.75rem;border-top:2px solid #1a1a1a}
h3{font-size:1.08rem;margin:1.75rem 0 .5rem}
p,ul{max-width:46rem}
ul{padding-left:1.3rem}
li{margin:.35rem 0}
.subtitle{color:#444;margin:.25rem 0 1rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;font-size:.92rem}
a{color:#0b5394}
main>section:first-child h2{margin-top:1.75rem}
.answer{list-style:none;padding:.4rem 1.1rem;margin:1.25rem 0;border-left:5px solid #0072b2;background:#f2f7fb;font-size:1.13rem}
.answer li{margin:.55rem 0}
.notice{border-left:5px solid #d55e00;background:#fdf3ec;padding:.6rem 1.1rem}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
pre{background:#f4f4f4;padding:.8rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #ddd}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1.5rem 2.5rem;margin:1rem 0 1.5rem}
figure{margin:0;min-width:0;max-width:40rem}
figure svg{display:block;width:100%;height:auto}
.title{font-weight:700;margin-bottom:.4rem}
.legend{font-size:.86rem;color:#444;margin:.4rem 0 0}
.table{overflow-x:auto;margin:1.25rem 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600}
caption span{display:block;padding-bottom:.5rem;width:min(46rem,calc(100vw - 1.75rem));position:sticky;left:0}
th,td{padding:.32rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}
thead th{border-bottom:2px solid #1a1a1a;vertical-align:bottom}
tbody th{font-weight:400;white-space:nowrap}
tr.group>*{border-top:1px solid #777}
.wide table{font-size:.8rem}
.wide caption{font-size:.9rem}
.wide th,.wide td{padding:.28rem .4rem}
.wide .detail{font-size:.92em}
.number{text-align:right;white-space:nowrap}
.verdict{white-space:nowrap}
.detail{display:block;white-space:nowrap;font-size:.94em;color:#333}
.faster,.slower{font-weight:650}
.faster{color:#00527f}
.slower{color:#9c3d00}
.equal,.unsure{color:#444}
body:has(.answers){max-width:82rem}
body:has(.answers) h1{margin:.2rem 0 0;font-size:1.7rem}
body:has(.answers) header .subtitle{margin:.1rem 0 .5rem;font-size:.9rem}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:.75rem}
.answer-card{border:1px solid #999;border-radius:6px;padding:.5rem .9rem .6rem;background:#fff;display:flex;flex-direction:column}
.answers .answer-card h2{font-size:1.12rem;margin:0 0 .1rem;padding:0;border:0}
.answer-card .says{font-size:1.02rem;line-height:1.4;margin:.15rem 0 .5rem}
.answer-card figure{margin:auto 0 0}
.answer-card figure .title{margin:0 0 .1rem;font-size:.95rem}
.answer-card .legend{font-size:.76rem;line-height:1.35;margin:.3rem 0 0}
.sure{margin:0;font-weight:700;font-size:.92rem}
.sure abbr{text-decoration:underline dotted;cursor:help;padding:.05rem .5rem;border-radius:4px;background:#e6f2ea;color:#0b5132}
.sure.likely abbr,.sure.calculated abbr{background:#fdf3d8;color:#5c4300}
.sure.cannot-tell abbr{background:#eee;color:#333}
details{border:1px solid #999;border-radius:6px;padding:.5rem 1rem;margin:1rem 0}
summary{font-weight:650;font-size:1.08rem;cursor:pointer}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.25rem 1.2rem;max-width:60rem}
dt{font-weight:650}
dd{margin:0}
@media (prefers-color-scheme:dark){
body{background:#15181c;color:#e9e9e9}
h2{border-top-color:#888}
a{color:#8fc3ff}
.subtitle,.legend,.detail,.equal,.unsure,.answer-card .legend{color:#c9c9c9}
.answer{background:#1d2a35}
.notice{background:#3a2518}
.answer-card,details{background:#1d2126;border-color:#666}
pre{background:#22262b;border-color:#555}
th,td{border-bottom-color:#444}
thead th{border-bottom-color:#e9e9e9}
.faster{color:#7cc4ff}
.slower{color:#ffb27a}
/* Charts are drawn in dark ink. */
figure svg{background:#fff;border-radius:4px}
.sure abbr{background:#123f2a;color:#c9f2da}
.sure.likely abbr,.sure.calculated abbr{background:#4a3a08;color:#ffe9ad}
.sure.cannot-tell abbr{background:#3a3a3a;color:#eee}
}
@media (max-width:40rem){
th,td{padding:.28rem .45rem}
table{font-size:.82rem}
.answer{font-size:1.04rem;padding:.3rem .9rem}
}
@media print{
body{background:#fff;color:#000}
details{border:0;padding:0}
details>summary{display:none}
details::details-content{content-visibility:visible;height:auto}
.answers{grid-template-columns:repeat(3,1fr)}
body{max-width:none;padding:0;font-size:10pt}
nav{display:none}
h2{break-after:avoid;margin-top:1.5rem}
h3,caption,thead{break-after:avoid}
h3+.table,h3+p{break-before:avoid}
caption span{width:auto}
.legend{font-size:8pt}
.answer{font-size:11pt}
figure,tr,li,.notice,.answer{break-inside:avoid}
.figures{display:block}
figure{display:inline-block;width:48%;margin-right:1.5%;vertical-align:top}
.table{overflow:visible}
table{font-size:7.5pt;width:100%}
th,td{padding:.15rem .3rem}
.verdict,.detail,.number,tbody th{white-space:normal}
.faster,.slower,.equal,.unsure,.legend,.subtitle,a{color:#000}
.answer,.notice,pre{background:#fff;border:1px solid #000;border-left-width:5px}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
