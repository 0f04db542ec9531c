// Submits a tarball that was dropped or chosen, and goes to the job's page. Without this script there is curl.
const form = document.getElementById('upload');
const input = document.getElementById('file');
const progress = document.getElementById('progress');
const fault = document.getElementById('fault');

form.hidden = false;
document.getElementById('by-hand').open = false;

function say(text) {
  fault.textContent = text;
  progress.hidden = true;
}

function submit(file) {
  const ecosystem = document.getElementById('ecosystem').value;
  // fetch tells no progress of what it sends.
  const request = new XMLHttpRequest();
  request.open('POST', `/v1/jobs?ecosystem=${encodeURIComponent(ecosystem)}`);
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.responseType = 'json';
  request.upload.addEventListener('progress', (event) => {
    progress.hidden = false;
    if (event.lengthComputable) progress.value = event.loaded / event.total;
  });
  request.addEventListener('load', () => {
    if (request.status === 202) location.assign(`/jobs/${request.response.id}`);
    else say(`Refused: ${request.response?.reason ?? `status ${request.status}`}`);
  });
  request.addEventListener('error', () => say('The service could not be reached.'));
  say('');
  request.send(file);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (input.files[0]) submit(input.files[0]);
});
form.addEventListener('dragover', (event) => {
  event.preventDefault();
  form.classList.add('over');
});
form.addEventListener('dragleave', () => form.classList.remove('over'));
form.addEventListener('drop', (event) => {
  event.preventDefault();
  form.classList.remove('over');
  const file = event.dataTransfer.files[0];
  if (file) submit(file);
});
