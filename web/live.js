// Follows a running job and shows its report when it is there. Without this script the page loads itself again.
const state = document.getElementById('state');
const queue = document.getElementById('queue');
const events = new EventSource(`/v1/jobs/${state.dataset.job}/events`);

/** How often the place in the queue is asked for, in milliseconds: nothing tells when it changes. */
const ASKED_MS = 10_000;
const asking = queue === null ? undefined : setInterval(showPlace, ASKED_MS);

async function showPlace() {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => undefined);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const words = page.getElementById('queue')?.textContent;
  if (words !== undefined && words !== queue.textContent) queue.textContent = words;
}

/** The place in the queue is of a job that waits. */
function showTitle(status) {
  document.getElementById('title').textContent = status === 'queued' ? 'Waiting' : 'Running';
  if (status === 'queued' || queue === null) return;
  clearInterval(asking);
  queue.remove();
}

events.addEventListener('state', (event) => {
  const { status, verdict } = JSON.parse(event.data);
  if (verdict !== undefined) {
    events.close();
    location.reload();
    return;
  }
  showTitle(status);
  let passed = true;
  for (const step of document.querySelectorAll('[data-state]')) {
    const current = step.dataset.state === status;
    if (current) passed = false;
    step.className = current ? 'now' : passed ? 'done' : 'later';
    if (!current) {
      step.removeAttribute('aria-current');
      continue;
    }
    step.setAttribute('aria-current', 'step');
    const meaning = `${step.querySelector('span').textContent}.`;
    if (state.textContent !== meaning) state.textContent = meaning;
    document.title = `${status} … – Packwarden`;
  }
});
