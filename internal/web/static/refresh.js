// Brings the report, or the page of all regions, up to date in place, once a minute while
// somebody looks at it, and says when planwatch does not answer. Without this script a reload does the same.
"use strict";
(() => {
  const every = 60_000;
  let tag = "";
  let busy = false;

  const lost = (since) => {
    const line = document.getElementById("lost");
    if (!line) return;
    line.hidden = !since;
    line.textContent = since ? line.dataset.text : "";
  };

  // Whether somebody has written or chosen something that is not sent yet.
  const changed = (form) => [...form.elements].some((e) =>
    e.options ? [...e.options].some((o, i) => o.selected !== (o.defaultSelected || (i === 0 && ![...e.options].some((p) => p.defaultSelected))))
      : e.type !== "hidden" && e.type !== "submit" && e.value !== e.defaultValue);

  // What somebody has opened or closed, is at, and has changed, stays as it is.
  const state = () => {
    const at = document.activeElement;
    return {
      open: new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open])),
      id: at?.closest("[id]")?.id ?? "",
      own: at?.id ?? "",
      tag: at?.tagName ?? "",
      href: at?.getAttribute("href") ?? "",
      caret: at?.matches("input[type=search]") ? [at.selectionStart, at.selectionEnd] : null,
      forms: [...document.querySelectorAll("main form")].map((form) => (form.contains(at) || changed(form) ? form : null)),
    };
  };
  const restore = ({ open, id, own, tag, href, caret, forms }) => {
    const fresh = [...document.querySelectorAll("main form")];
    if (fresh.length === forms.length) fresh.forEach((form, i) => { if (forms[i]) form.replaceWith(forms[i]); });
    for (const [name, is] of open) {
      const now = document.getElementById(name);
      if (now) now.open = is;
    }
    if (!tag || tag === "BODY") return;
    const near = document.getElementById(id);
    const links = (within) => [...(within?.querySelectorAll("a") ?? [])].find((a) => a.getAttribute("href") === href);
    const same = own ? document.getElementById(own) : href ? links(near) ?? links(document.querySelector("main")) : near?.querySelector(tag.toLowerCase());
    if (!same || same === document.activeElement) return;
    same.focus({ preventScroll: true });
    if (caret) same.setSelectionRange(...caret);
  };

  const refresh = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const response = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(30_000) });
      if (response.status === 304) {
        lost(false);
        return;
      }
      if (response.status >= 500) throw new Error(response.statusText);
      const next = new DOMParser().parseFromString(await response.text(), "text/html");
      // An open list of choices closes where its page is replaced.
      if (document.activeElement?.matches("select")) {
        lost(false);
        return;
      }
      const before = state();
      for (const part of ["main", "header .title", "footer"]) {
        const now = document.querySelector(part);
        const then = next.querySelector(part);
        if (now && then) now.replaceChildren(...document.adoptNode(then).childNodes);
      }
      document.title = next.title;
      tag = response.headers.get("ETag") || "";
      restore(before);
    } catch {
      lost(true);
    } finally {
      busy = false;
    }
  };

  setInterval(refresh, every);
  document.addEventListener("visibilitychange", refresh);
  window.addEventListener("online", refresh);
})();
