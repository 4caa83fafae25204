(() => {
  "use strict";
  const text = document.getElementById("text");
  const kind = document.getElementById("kind");
  const count = document.getElementById("count");
  const letters = [...document.querySelectorAll("details.letter")].map((element) => ({
    element,
    rows: [...element.querySelectorAll("tbody tr")].map((row) => ({
      row,
      kinds: row.dataset.k || "",
      text: null,
    })),
  }));
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter((word) => word);
    const isNarrow = words.length > 0 || kind.value !== "";
    let shown = 0;
    for (const letter of letters) {
      let here = 0;
      for (const one of letter.rows) {
        if (words.length && one.text === null) one.text = one.row.textContent.toLowerCase();
        const fits =
          (kind.value === "" || one.kinds.includes(kind.value)) &&
          words.every((word) => one.text.includes(word));
        one.row.hidden = !fits;
        if (fits) here += 1;
      }
      letter.element.hidden = here === 0;
      letter.element.open = isNarrow && here > 0 && shown < 200;
      shown += here;
    }
    count.textContent = `${shown} shown`;
  };
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  };
  text.addEventListener("input", filter);
  kind.addEventListener("change", filter);
  window.addEventListener("hashchange", open);
  document.querySelector(".filters").hidden = false;
  open();
})();
