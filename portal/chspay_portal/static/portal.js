// Tables that sort, filter and add up exactly, and the tree of an amount by keyboard. No library.
"use strict";
(() => {
  // Plain decimal text as a whole number of millionths of its unit: sums are exact.
  const micro = (text) => {
    const found = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text || "");
    if (!found) return null;
    const whole = BigInt(found[2] + (found[3] || "").padEnd(6, "0"));
    return found[1] ? -whole : whole;
  };
  const shown = (value, places) => {
    const sign = value < 0n ? "-" : "";
    const digits = (value < 0n ? -value : value).toString().padStart(7, "0");
    const whole = digits.slice(0, -6).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return sign + whole + (places ? "." + digits.slice(-6, -6 + places || undefined) : "");
  };
  const PLACES = { money: 2, signed: 2, points: 4, count: 0 };
  const words = new Intl.Collator("zh-CN", { numeric: true });

  function sort(table, at, button) {
    const head = button.closest("th");
    const down = head.getAttribute("aria-sort") !== "descending";
    const figures = head.dataset.kind !== "text";
    const direction = figures ? (down ? "descending" : "ascending")
      : (head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending");
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction);
    const value = (row) => row.cells[at].dataset.value || "";
    const compare = figures
      ? (a, b) => { const x = micro(value(a)) ?? 0n, y = micro(value(b)) ?? 0n; return x < y ? -1 : x > y ? 1 : 0; }
      : (a, b) => words.compare(value(a), value(b));
    const turn = direction === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((a, b) => turn * compare(a, b)));
  }

  function filter(table, text, told) {
    const wanted = text.trim().toLowerCase();
    let count = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden = wanted !== "" && ![...row.cells].some((cell) =>
        (cell.dataset.value + " " + cell.textContent).toLowerCase().includes(wanted));
      if (!row.hidden) count += 1;
    }
    if (table.tFoot) {
      [...table.tHead.rows[0].cells].forEach((head, at) => {
        const cell = table.tFoot.rows[0].cells[at];
        if (!("sum" in head.dataset)) return;
        let sum = 0n;
        for (const row of table.tBodies[0].rows) if (!row.hidden) sum += micro(row.cells[at].dataset.value) ?? 0n;
        cell.textContent = shown(sum, PLACES[head.dataset.kind] ?? 2);
      });
      table.tFoot.rows[0].cells[0].textContent = wanted === "" ? "合计" : `筛选合计（${count} 行）`;
    }
    if (told) told.textContent = wanted === "" ? "" : `显示 ${count} 行`;
  }

  function makeTable(table) {
    [...table.querySelectorAll("thead button")].forEach((button) =>
      button.addEventListener("click", () => sort(table, button.closest("th").cellIndex, button)));
    const box = document.querySelector(`input[data-filter="${table.id}"]`);
    if (box) box.addEventListener("input", () =>
      filter(table, box.value, document.getElementById(`${table.id}-told`)));
  }

  // The tree: one stop of Tab, arrows move, Enter and Space open or follow (WAI-ARIA tree pattern).
  function makeTree(tree) {
    const items = () => [...tree.querySelectorAll('[role="treeitem"]')].filter((item) =>
      !item.parentElement.closest('[aria-expanded="false"]'));
    const focus = (item) => {
      if (!item) return;
      for (const other of tree.querySelectorAll('[role="treeitem"][tabindex="0"]')) other.tabIndex = -1;
      item.tabIndex = 0;
      item.focus();
    };
    async function open(item, wanted) {
      if (!item.hasAttribute("aria-expanded")) return;
      const want = wanted ?? item.getAttribute("aria-expanded") !== "true";
      if (want && item.dataset.more) await load(item);
      if (item.querySelector(':scope > [role="group"]')) item.setAttribute("aria-expanded", String(want));
    }
    async function load(item) {
      const address = item.dataset.more;
      item.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(address, { headers: { "X-Requested-With": "portal" } });
        const text = await answer.text();
        if (!answer.ok) throw new Error(text);
        delete item.dataset.more;
        item.querySelector(':scope > [role="group"]')?.remove();
        item.insertAdjacentHTML("beforeend", text);
      } catch (error) {
        const told = document.getElementById("tree-told");
        told.className = "alert";
        told.textContent = "没有展开：" + (error.message.slice(0, 200) || "连接中断") + "，请稍后再试。";
      } finally {
        item.removeAttribute("aria-busy");
      }
    }
    tree.addEventListener("click", (event) => {
      if (event.target.closest("a")) return;
      const item = event.target.closest('[role="treeitem"]');
      if (!item || !event.target.closest(".node")) return;
      focus(item);
      open(item);
    });
    tree.addEventListener("keydown", async (event) => {
      const item = event.target.closest('[role="treeitem"]');
      if (!item || event.target !== item || event.ctrlKey || event.altKey || event.metaKey) return;
      const all = items(), at = all.indexOf(item), is = item.getAttribute("aria-expanded");
      const go = {
        ArrowDown: () => focus(all[at + 1]),
        ArrowUp: () => focus(all[at - 1]),
        Home: () => focus(all[0]),
        End: () => focus(all[all.length - 1]),
        ArrowRight: async () => (is === "true" ? focus(items()[at + 1]) : open(item, true)),
        ArrowLeft: () => (is === "true" ? open(item, false) : focus(item.parentElement.closest('[role="treeitem"]'))),
        Enter: () => { const to = item.querySelector(":scope > .node a"); if (to) to.click(); else open(item); },
        " ": () => open(item),
        "*": () => Promise.all([...item.parentElement.children].map((one) => open(one, true))),
      }[event.key];
      if (!go) return;
      event.preventDefault();
      await go();
    });
  }

  document.querySelectorAll("table[data-sortable]").forEach(makeTable);
  document.querySelectorAll('[role="tree"]').forEach(makeTree);
  document.querySelectorAll("button[data-print]").forEach((button) =>
    button.addEventListener("click", () => window.print()));
})();
