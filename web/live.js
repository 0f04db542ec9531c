// Follows a running job and shows its report when it is there. Without this script the page loads itself again.
const state = document.getElementById('state');
const events = new EventSource(`/v1/jobs/${state.dataset.job}/events`);

events.addEventListener('state', (event) => {
  const { status, verdict } = JSON.parse(event.data);
  if (verdict !== undefined) {
    events.close();
    location.reload();
    return;
  }
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
