/**
 * What the pages can do beyond being read: copy, find, and send the examples. Everything is on the
 * page without it. Plain script for browsers, kept as text because nothing of it runs in Node.
 */
export const pageScript = `'use strict';
(() => {
  const make = (name, text) => {
    const node = document.createElement(name);
    node.textContent = text;
    return node;
  };

  for (const block of document.querySelectorAll('pre:not(.answer)')) {
    const button = make('button', 'Copy');
    button.className = 'copy';
    button.type = 'button';
    button.addEventListener('click', async () => {
      const code = block.querySelector('code');
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(code);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        document.execCommand('copy');
      }
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
    block.append(button);
  }

  const find = document.querySelector('#find');
  if (find !== null) {
    find.parentElement.hidden = false;
    find.addEventListener('input', () => {
      const words = find.value.toLowerCase().split(/\\s+/);
      for (const entry of document.querySelectorAll('[data-words]')) {
        entry.hidden = !words.every((word) => entry.dataset.words.includes(word));
      }
    });
  }

  const token = document.querySelector('#token');
  if (token !== null) {
    token.closest('[hidden]').hidden = false;
    token.value = sessionStorage.getItem('orderly-token') || '';
    token.addEventListener('input', () => {
      sessionStorage.setItem('orderly-token', token.value.trim());
    });
  }

  const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)),
      (it) => it.toString(16).padStart(2, '0')).join('');

  const requestOf = (form, params) => {
    const headers = {};
    if (form.dataset.open !== 'yes' && token.value.trim() !== '') {
      headers.Authorization = 'Bearer ' + token.value.trim();
    }
    if (params.idempotency_key !== undefined) headers['Idempotency-Key'] = params.idempotency_key;
    else if (form.dataset.key === 'required') headers['Idempotency-Key'] = newKey();
    if (params.if_version !== undefined) headers['If-Match'] = '"v' + params.if_version + '"';
    delete params.idempotency_key;
    delete params.if_version;
    let path = form.dataset.path.replace(/{(\\w+)}/g, (part, name) => {
      const value = params[name];
      delete params[name];
      return encodeURIComponent(value === undefined ? '' : String(value));
    });
    const method = form.dataset.method;
    if (method === 'GET') {
      const query = new URLSearchParams(params).toString();
      return { path: query === '' ? path : path + '?' + query, init: { method, headers } };
    }
    if (Object.keys(params).length === 0) return { path, init: { method, headers } };
    headers['Content-Type'] = 'application/json';
    return { path, init: { method, headers, body: JSON.stringify(params) } };
  };

  const shownHeaders = ['etag', 'location', 'retry-after', 'link', 'x-request-id'];

  const answerText = async (response) => {
    const lines = [response.status + ' ' + response.statusText];
    for (const name of shownHeaders) {
      const value = response.headers.get(name);
      if (value !== null) lines.push(name + ': ' + value);
    }
    const text = await response.text();
    try {
      return [...lines, '', JSON.stringify(JSON.parse(text), null, 2)].join('\\n');
    } catch {
      return [...lines, '', text].join('\\n');
    }
  };

  for (const form of document.querySelectorAll('form.try')) {
    const input = form.querySelector('textarea');
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const output = form.querySelector('.answer');
      output.hidden = false;
      try {
        const { path, init } = requestOf(form, JSON.parse(input.value || '{}'));
        output.textContent = init.method + ' ' + path + ' ...';
        const response = await fetch(path, { ...init, redirect: 'manual', cache: 'no-store' });
        output.textContent = response.type === 'opaqueredirect'
          ? 'It has become an order: read it.' : await answerText(response);
        const made = response.status === 201 ? response.headers.get('location') : null;
        if (made !== null && form.dataset.makes !== undefined) {
          const id = made.split('/').pop();
          for (const other of document.querySelectorAll('form.try textarea')) {
            other.value = other.value.replaceAll(form.dataset.makes, id);
          }
          form.dataset.makes = id;
        }
      } catch (error) {
        output.textContent = error instanceof SyntaxError
          ? 'These params are not JSON: ' + error.message : 'No answer: ' + error.message;
      }
    });
  }
})();
`;
