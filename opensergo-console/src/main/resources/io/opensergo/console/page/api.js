// The only place that speaks to the server.

/** The server's answer that something was not served, with its problem details. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** There was no answer. */
export class ConnectionLost extends Error {}

export const root = '/api/v1';

/** Returns a query without what is empty. */
export function query(params) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') {
      search.set(name, value);
    }
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

async function send(method, path, body, headers) {
  const request = {method, headers: {...headers}, credentials: 'same-origin', redirect: 'error', cache: 'no-store'};
  if (method !== 'GET') {
    request.headers['X-OpenSergo-Console'] = '1';
  }
  if (body !== undefined) {
    request.headers['Content-Type'] = 'application/json';
    request.body = JSON.stringify(body);
  }
  try {
    return await fetch(root + path, request);
  } catch (e) {
    throw new ConnectionLost(e.message);
  }
}

/** Asks the server; returns its JSON and headers. Whoever is not known is sent to the login. */
export async function ask(method, path, body, headers) {
  const response = await send(method, path, body, headers);
  let json = null;
  if (response.status !== 204) {
    try {
      json = await response.json();
    } catch {
      throw new ConnectionLost('the answer was cut');
    }
  }
  if (!response.ok) {
    if (response.status === 401 && path !== '/session') {
      dispatchEvent(new CustomEvent('console-login'));
    }
    throw new ApiError(response.status, json ?? {});
  }
  return {json, etag: response.headers.get('ETag')};
}

export async function get(path, params = {}) {
  return (await ask('GET', path + query(params))).json;
}

export async function post(path, body) {
  return (await ask('POST', path, body)).json;
}
