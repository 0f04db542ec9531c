import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { ECOSYSTEMS } from '../jobs/job.js';

const STYLE = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
pre{overflow:auto;padding:.75rem 1rem;border:1px solid;border-radius:.25rem}`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Packwarden</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Packwarden</h1>
<p>Installs a project's dependencies in a watched container and reports which package did what.</p>
<h2>Submit a project</h2>
<pre><code>tar -czf project.tgz package.json package-lock.json
curl -H 'Content-Type: application/octet-stream' --data-binary @project.tgz \\
  "$PACKWARDEN_URL/v1/jobs?ecosystem=${ECOSYSTEMS[0]}"</code></pre>
<h2>Read its report</h2>
<pre><code>curl "$PACKWARDEN_URL/v1/jobs/&lt;id&gt;"</code></pre>
<p>State of the service: <a href="/readyz">/readyz</a></p>
</main>
</body>
</html>
`;

/** The page a browser gets at `/`. */
export function sendHome(response: Response): void {
  response.set('Content-Security-Policy', POLICY).type('html').send(PAGE);
}
