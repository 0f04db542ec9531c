import type { Operation } from '../openapi/operation.js';
import { OPERATIONS } from '../openapi/operations.js';
import { componentSchemas } from '../openapi/schemas.js';
import type { Page } from './parts/document.js';
import { type Html, html } from './parts/html.js';

const GROUPS = ['Jobs', 'Package Hunter', 'Service', 'Pages'] as const;

/** The API reference, generated from the same table as `/openapi.json`. */
export function docsPage(): Page {
  const groups = GROUPS.map(
    (group) => html`<section aria-labelledby="${anchor(group)}"><h2 id="${anchor(group)}">${group}</h2>
${OPERATIONS.filter((operation) => operation.group === group).map(operationArticle)}</section>`,
  );
  const schemas = Object.entries(componentSchemas()).map(
    ([name, schema]) =>
      html`<h3 id="schema-${name}">${name}</h3><details><summary>JSON Schema of ${name}</summary><pre tabindex="0"><code>${JSON.stringify(schema, null, 1)}</code></pre></details>`,
  );
  return {
    title: 'HTTP API',
    main: html`<h1>HTTP API</h1>
<p class="lead">Also available as OpenAPI 3.1: <a href="/openapi.json">/openapi.json</a>.</p>
<p>If the service requires credentials, send <code>Authorization: Bearer TOKEN</code>, or a name and password (basic authentication). Every request may be answered with an <a href="#schema-Error">Error</a>: 400 malformed, 401, 403, 404, 405, 413 too large, 415, 422 hostile archive, 429, 503 temporarily unavailable.</p>
<div class="routes">${groups}</div>
<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>${schemas}</section>`,
  };
}

function anchor(group: string): string {
  return group.toLowerCase().replace(' ', '-');
}

function operationArticle({ method, path, summary, parameters = [], body, answers, secured }: Operation): Html {
  const lines = parameters.map(
    ({ name, in: where, description, required }) =>
      html`<div><dt><code>${name}</code></dt><dd>${description} (${where}${required ? null : ', optional'})</dd></div>`,
  );
  const outcomes = Object.entries(answers).map(
    ([status, { description, content }]) =>
      html`<div><dt>${status}</dt><dd>${description}${Object.values(content).map((schema) => (schema === null ? null : html`: <a href="#schema-${schema}">${schema}</a>`))}</dd></div>`,
  );
  return html`<article class="card"><h3><code>${method.toUpperCase()} ${path}</code></h3><p>${summary}</p>
<dl class="finding">${lines}${body === undefined ? null : html`<div><dt>body</dt><dd>${body[0] ?? ''}</dd></div>`}${outcomes}</dl>
${secured ? null : html`<p class="muted">Needs no credentials.</p>`}</article>`;
}
