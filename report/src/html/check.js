(() => {
  "use strict";
  const ids = ["severity", "rule", "file", "abi", "text"];
  const field = Object.fromEntries(ids.map((id) => [id, document.getElementById(id)]));
  if (!field.rule) return;
  const sections = [...document.querySelectorAll("section.file")];
  const findings = [...document.querySelectorAll("article")].map((element) => ({
    element,
    file: element.parentElement.dataset.file,
    severity: element.dataset.severity,
    rules: element.dataset.rules.split(" "),
    abis: BigInt("0x" + element.dataset.abis),
    text: null,
  }));
  const count = document.getElementById("count");
  const none = document.getElementById("none");
  const filter = () => {
    const [severity, rule, file, abi] = ids.map((id) => field[id].value);
    const bit = abi === "" ? null : 1n << BigInt(abi);
    const words = field.text.value.toLowerCase().split(/\s+/).filter((word) => word);
    let shown = 0;
    const used = new Set();
    for (const one of findings) {
      if (words.length && one.text === null) one.text = one.element.textContent.toLowerCase();
      const fits =
        (severity === "" || one.severity === severity) &&
        (rule === "" || one.rules.includes(rule)) &&
        (file === "" || one.file === file) &&
        (bit === null || one.abis === 0n || (one.abis & bit) !== 0n) &&
        words.every((word) => one.text.includes(word));
      one.element.hidden = !fits;
      if (fits) {
        shown += 1;
        used.add(one.file);
      }
    }
    for (const section of sections) section.hidden = !used.has(section.dataset.file);
    count.textContent =
      shown === findings.length ? `${shown} shown` : `${shown} of ${findings.length} shown`;
    none.hidden = shown > 0;
    const kept = ids.filter((id) => field[id].value !== "");
    const state = kept.map((id) => `${id}=${encodeURIComponent(field[id].value)}`).join("&");
    history.replaceState(null, "", state ? `#?${state}` : location.pathname + location.search);
  };
  const open = () => {
    if (location.hash.startsWith("#?")) {
      for (const [id, value] of new URLSearchParams(location.hash.slice(2))) {
        if (ids.includes(id)) field[id].value = value;
      }
      filter();
      return;
    }
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView();
    }
  };
  for (const id of ids) field[id].addEventListener(id === "text" ? "input" : "change", filter);
  window.addEventListener("hashchange", open);
  document.querySelector(".filters").hidden = false;
  open();
})();
