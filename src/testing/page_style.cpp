#include "testing/page_style.hpp"

namespace novelo::testing {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--ground:#eef1f4;--card:#fff;--ink:#16212c;--soft:#4c5966;
--line:#d3dae1;--link:#0b57a4;--contact:#fff;--contact-edge:#c3ccd5;--p1:#d7f2dc;
--p1-edge:#86c795;--p2:#fde3cf;--p2-edge:#e0a070;--p3:#cdeff0;--p3-edge:#6fb9bd;--p4:#fbdbe8;
--p4-edge:#dd92b2;--p5:#e6eebf;--p5-edge:#aab85f;--p6:#ebdfd3;--p6-edge:#b79c82;
--staff:#d9e8fb;--staff-edge:#8db7ea;--bot:#e9e2f8;--bot-edge:#b7a2e3;
--event:#e1e6eb;--note:#fff3c9;--note-edge:#b98c00;--bad:#fde3e1;--bad-edge:#c62d24;
--bad-ink:#96160f;--good-ink:#17662d;--good:#d9f2df;--wait:#fdeccb;--wait-ink:#744c00}
@media screen and (prefers-color-scheme:dark){:root{--ground:#0f151b;--card:#18212a;--ink:#e7edf3;
--soft:#a8b5c1;--line:#33404c;--link:#8cc2ff;--contact:#24303b;--contact-edge:#46566a;
--p1:#173a22;--p1-edge:#2f7a47;--p2:#472a12;--p2-edge:#9a5f2c;--p3:#113b3e;--p3-edge:#2b7f86;
--p4:#46202f;--p4-edge:#9c4a6c;--p5:#353a12;--p5-edge:#7c8530;--p6:#3a2e24;--p6-edge:#7f6750;
--staff:#173152;--staff-edge:#3569a8;--bot:#2d2447;
--bot-edge:#6650a6;--event:#222d37;--note:#3b3110;--note-edge:#c79c1b;--bad:#451815;
--bad-edge:#e5625a;--bad-ink:#ffb4ae;--good-ink:#8fdca5;--good:#173a22;--wait:#3f2f0f;
--wait-ink:#f2c973}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:anywhere}
a{color:var(--link)}
h1,h2,h3,h4,p,ol,ul,dl,dd{margin:0;padding:0}
ol,ul{list-style:none}
.skip{position:absolute;left:-99rem}
.skip:focus{left:.5rem;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.top,.chapter{max-width:82rem;margin:0 auto;padding:1rem clamp(.75rem,3vw,2rem)}
.top{padding-top:1.5rem}
h1{font-size:1.5rem}
h2{font-size:1.3rem;line-height:1.25}
.about{color:var(--soft);max-width:62ch;margin-top:.25rem}
.facts{display:flex;flex-wrap:wrap;gap:.35rem .9rem;align-items:baseline;color:var(--soft);
font-size:.85rem;margin-top:.5rem}
nav ol{display:grid;gap:.35rem;margin-top:1rem}
nav a{display:flex;gap:.6rem;align-items:baseline;padding:.5rem .75rem;background:var(--card);
border:1px solid var(--line);border-radius:.5rem;text-decoration:none}
nav .verdict{margin-left:auto;flex:none}
.verdict,.pill{display:inline-block;font-size:.8rem;font-weight:600;padding:.1rem .55rem;
border-radius:1rem;background:var(--good);color:var(--good-ink)}
.verdict.failed,.pill.failed{background:var(--bad);color:var(--bad-ink)}
.pill.waiting{background:var(--wait);color:var(--wait-ink)}
.pill.plain,.pill.final,.pill.offline{background:var(--event);color:var(--ink)}
.chapter>header{padding-bottom:.75rem;border-bottom:1px solid var(--line)}
.columns{display:grid;gap:1.25rem;margin-top:1rem}
.talk{min-width:0}
.day{font-size:.85rem;text-align:center;color:var(--soft);margin:1.25rem 0 .5rem;
display:flex;align-items:center;gap:.75rem}
.day::before,.day::after{content:"";flex:1;border-top:1px solid var(--line)}
.step{font-size:1rem;margin:1.5rem 0 0}
.step>*{margin-right:.5rem}
.step:target{background:var(--wait)}
.step time,.side time{font-variant-numeric:tabular-nums;color:var(--soft);font-weight:400;
font-size:.85rem;white-space:nowrap}
.covers{font-size:.7rem;font-weight:400;color:var(--soft)}
.why{font-size:.9rem;color:var(--soft);max-width:62ch}
.lines{display:flex;flex-direction:column;gap:.45rem;margin-top:.5rem}
.lines>li{max-width:min(88%,40rem);align-self:flex-start;break-inside:avoid}
.lines>.agent,.lines>.staff,.lines>.bot,.lines>.note{align-self:flex-end}
.lines>.event,.lines>.problem{align-self:center;max-width:min(94%,44rem)}
.meta{display:flex;flex-wrap:wrap;gap:.1rem .4rem;align-items:center;font-size:.78rem;
color:var(--soft);padding:0 .3rem .1rem}
.agent>.meta,.staff>.meta,.bot>.meta,.note>.meta{justify-content:flex-end}
.who{font-weight:600;color:var(--ink)}
.meta time{font-variant-numeric:tabular-nums}
.mark{display:inline-flex;align-items:center;gap:.2rem}
.mark svg{width:1rem;height:1rem;fill:none;stroke:currentColor;stroke-width:1.7;
stroke-linecap:round;stroke-linejoin:round;flex:none}
.tag{border:1px solid var(--line);border-radius:.3rem;padding:0 .3rem}
.bubble{white-space:pre-wrap;padding:.5rem .8rem;border-radius:1rem;border:1px solid}
.contact>.bubble{background:var(--contact);border-color:var(--contact-edge);
border-bottom-left-radius:.2rem}
.agent>.bubble,.staff>.bubble,.bot>.bubble,.note>.bubble{border-bottom-right-radius:.2rem}
.p1>.bubble{background:var(--p1);border-color:var(--p1-edge)}
.p2>.bubble{background:var(--p2);border-color:var(--p2-edge)}
.p3>.bubble{background:var(--p3);border-color:var(--p3-edge)}
.p4>.bubble{background:var(--p4);border-color:var(--p4-edge)}
.p5>.bubble{background:var(--p5);border-color:var(--p5-edge)}
.p6>.bubble{background:var(--p6);border-color:var(--p6-edge)}
.staff>.bubble{background:var(--staff);border-color:var(--staff-edge)}
.bot>.bubble{background:var(--bot);border-color:var(--bot-edge)}
.note>.bubble{background:var(--note);border:2px dashed var(--note-edge)}
.note .internal{font-weight:700;color:var(--ink)}
.did>.bubble{font-style:italic}
.subject{display:block;margin-bottom:.35rem}
.subject>span{font-weight:400;color:var(--soft)}
.event>.bubble,.problem>.bubble{display:flex;gap:.45rem;align-items:baseline}
.event>.bubble{background:var(--event);border-color:transparent;font-size:.86rem;
padding:.25rem .8rem}
.event .mark,.problem .mark{align-self:flex-start;margin-top:.12rem;vertical-align:-.2em}
.event .tag,.problem .tag{flex:none;max-width:40%}
.text{min-width:0}
.event time,.problem time{flex:none;font-variant-numeric:tabular-nums}
.event time{color:var(--soft)}
.problem>.bubble{background:var(--bad);border:2px solid var(--bad-edge);color:var(--bad-ink);
font-size:.9rem}
.status{font-size:.75rem;color:var(--soft);padding:.05rem .3rem}
.agent>.status,.staff>.status,.bot>.status{text-align:right}
.status.bad{color:var(--bad-ink);font-weight:600}
.side{display:grid;gap:1rem;align-content:start;min-width:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.9rem 1rem;
break-inside:avoid}
.card>:first-child{font-size:.95rem;display:flex;flex-wrap:wrap;gap:.3rem .6rem;
align-items:baseline}
.card>.sub{font-size:.8rem;color:var(--soft);margin-top:.8rem}
.number{font:600 1.05rem ui-monospace,"DejaVu Sans Mono",monospace}
.card dl{display:grid;grid-template-columns:fit-content(45%) 1fr;gap:.15rem .75rem;
margin-top:.5rem;font-size:.88rem}
.card dt{color:var(--soft)}
.moments,.places{font-size:.86rem;display:grid;gap:.3rem;margin-top:.35rem}
.moments>li{display:grid;grid-template-columns:2.9rem 1fr;gap:.4rem;break-inside:avoid;
align-items:baseline}
.moments.long>li{grid-template-columns:4rem 1fr}
.moments>.date{display:block;color:var(--soft);font-weight:600;margin-top:.3rem;
break-after:avoid}
.moments .places,.moments .empty{margin-top:0}
.moments.long{gap:.45rem}
.moments .places{gap:.1rem}
.side a[href^="#"]{color:var(--soft);text-decoration:underline dotted}
.places .mark{vertical-align:-.18em}
.place{display:inline-block;font-weight:700;min-width:1.4rem;text-align:center;border-radius:1rem;
background:var(--wait);color:var(--wait-ink)}
.empty,.left-out{color:var(--soft);font-size:.86rem;margin-top:.35rem}
.nothing{max-width:82rem;margin:0 auto;padding:1rem clamp(.75rem,3vw,2rem)}
.left-out{border:1px dashed var(--line);border-radius:.5rem;padding:.5rem .8rem}
.up{font-size:.85rem;margin-top:1rem}
@media screen and (max-width:34rem){.event>.bubble,.problem>.bubble{display:block}
.lines>.event,.lines>.problem{max-width:100%}}
@media (min-width:60rem){.columns.two{grid-template-columns:minmax(0,1fr) 23rem}
.jump{display:none}
.side{position:sticky;top:1rem;max-height:calc(100vh - 2rem);overflow:auto;align-self:start}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{color-scheme:light;--ground:#fff;--ink:#000;--soft:#444;--link:#000;
--contact-edge:#888}
@page{margin:14mm}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{font-size:10.5pt}
.skip,.up,.jump{display:none}
a{text-decoration:none}
.columns,.columns.two,.side{display:block}
.side{position:static;max-height:none;overflow:visible;margin-top:1rem}
.card{margin-top:.75rem;break-inside:auto}
.card>:first-child,.card>.sub{break-after:avoid}
.lines{display:block}
.lines>li{width:fit-content;margin-top:.4rem}
.lines>.agent,.lines>.staff,.lines>.bot,.lines>.note{margin-left:auto}
.lines>.event,.lines>.problem{margin-left:auto;margin-right:auto}
.lines>.long{break-inside:auto}
.long>.bubble{-webkit-box-decoration-break:clone;box-decoration-break:clone;orphans:3;widows:3}
.meta{break-after:avoid}
.step,.day{break-after:avoid}
.chapter+.chapter{break-before:page}}
)";

constexpr std::string_view marks = R"(
<svg width="0" height="0" aria-hidden="true" style="position:absolute">
<symbol id="i-voice" viewBox="0 0 24 24">
<path d="M6 3h4l2 5-2.5 1.7a12 12 0 0 0 4.8 4.8L16 12l5 2v4a3
 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z"/></symbol>
<symbol id="i-sms" viewBox="0 0 24 24"><path d="M4 5h16v11H10l-5 4v-4H4z"/><path d="M8 10.5h.01M12
 10.5h.01M16 10.5h.01"/></symbol>
<symbol id="i-whatsapp" viewBox="0 0 24 24"><path d="M4 20l1.3-3.900A8.5 8.5 0 1 1 8.5 19z"/>
<path d="M9 8.5c.3 3.5 3 6.2 6.5 6.5l1-1.8-2-1-1 .8a6 6 0 0 1-2.5-2.5l.8-1-1-2z"/></symbol>
<symbol id="i-instagram" viewBox="0 0 24 24"><rect x="4" y="4" width="16" height="16" rx="5"/>
<circle cx="12" cy="12" r="3.7"/><path d="M16.5 7.5h.01"/></symbol>
<symbol id="i-messenger" viewBox="0 0 24 24">
<path d="M12 3c5 0 9 3.6 9 8.2s-4 8.2-9 8.2l-2.5-.3L6
 21v-3.2c-1.9-1.5-3-3.7-3-6.600C3 6.6 7 3 12 3z"/><path d="M7.5 13l3-3 3 2.5 3-3"/></symbol>
<symbol id="i-email" viewBox="0 0 24 24"><rect x="3" y="5" width="18" height="14" rx="2"/>
<path d="M3.5 7l8.5 6 8.5-6"/></symbol>
<symbol id="i-web_chat" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/>
<path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/></symbol>
<symbol id="i-lock" viewBox="0 0 24 24"><rect x="5" y="11" width="14" height="9" rx="2"/>
<path d="M8 11V8a4 4 0 0 1 8 0v3"/></symbol>
</svg>
)";

}  // namespace

std::string_view page_style() {
  return style;
}
std::string_view page_marks() {
  return marks;
}

}  // namespace novelo::testing
