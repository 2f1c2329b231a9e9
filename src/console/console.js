// Keeps the figures of the first page fresh while somebody looks at it. Every page works without.
const area = document.querySelector("[data-figures]");
const REFRESH_MS = 15_000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(area.dataset.figures, { redirect: "error" }).catch(() => null);
  if (answer?.ok) area.innerHTML = await answer.text();
}

if (area) setInterval(refresh, REFRESH_MS);
