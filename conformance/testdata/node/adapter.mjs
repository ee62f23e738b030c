// A client of the Cartfunnel API for Node 18 or newer, without packages, and its
// adapter to the suite: it reads one JSON object a line and writes one.
//
//   conformance client --api cartfunnel --exec "node adapter.mjs"
//
// BUG=CFN-SAVE-01a makes it wrong in just that way.

import { createInterface } from "node:readline";

const bug = (name) => process.env.BUG === name;

// ---- the client -------------------------------------------------------------

class Failure extends Error {
  constructor(kind, message, more = {}) {
    super(message);
    Object.assign(this, { kind, ...more });
  }
}

const wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });

class Cartfunnel {
  constructor(base, creds) {
    this.base = base.replace(/\/+$/, "");
    this.creds = creds;
  }

  // call sends one request. A read is tried again when the service is busy or
  // gone; a write never is.
  async call(signal, method, path, body) {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.once(signal, method, path, body);
      const busy = answer.status === 429 || answer.status === 503;
      if (!busy || method !== "GET" || attempt === 4) return this.read(answer, method, path);
      const told = Number(answer.headers.get("retry-after"));
      await wait(told >= 0 && answer.headers.has("retry-after") && !Number.isNaN(told) ? told * 1000 : 500 * 2 ** attempt, signal);
    }
  }

  async once(signal, method, path, body) {
    const headers = {
      "X-CARTFUNNEL-ACCOUNT": this.creds.account,
      "X-CARTFUNNEL-API-SECRET": this.creds.secret,
      Accept: "application/json",
    };
    if (bug("CFN-AUTH-01a")) delete headers["X-CARTFUNNEL-API-SECRET"];
    if (body !== undefined && !bug("CFN-CT-01a")) headers["Content-Type"] = "application/json";
    if (bug("CFN-AUTH-03a")) path += (path.includes("?") ? "&" : "?") + "api_secret=" + this.creds.secret;
    let text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined && bug("CFN-CT-01a")) text = new TextEncoder().encode(text); // fetch labels texts by itself
    try {
      const answer = await fetch(this.base + path, { method, headers, body: text, redirect: "manual", signal });
      answer.text = await answer.text.bind(answer)();
      return answer;
    } catch (e) {
      if (signal.aborted) throw new Failure("canceled", "the caller gave up");
      throw new Failure("transport", `${method} ${path}: ${e.cause?.message ?? e.message}`);
    }
  }

  read(answer, method, path) {
    const about = `${method} ${path.split("?")[0]}: status ${answer.status}`;
    const fail = (kind) => { throw new Failure(kind, about, { status: answer.status }); };
    if (bug("CFN-AUTH-04a") && answer.status === 403) return [];
    if (answer.status === 401 || answer.status === 403) fail("refused");
    if (answer.status === 404) fail("not-found");
    if (answer.status === 429) fail("rate-limit");
    if (answer.status >= 500 || answer.status >= 300 && answer.status < 400) fail("server");
    if (answer.status >= 400) fail("invalid");
    try {
      return JSON.parse(answer.text, (key, value, context) =>
        !bug("CFN-TYPE-04a") && Number.isInteger(value) && !Number.isSafeInteger(value) ? context?.source ?? exactly(answer.text, key) ?? value : value);
    } catch {
      return fail("server");
    }
  }

  async list(signal) {
    const all = new Map();
    for (let page = bug("CFN-PAGE-03a") ? 0 : 1; ; page++) {
      const some = await this.call(signal, "GET", `/customers.json?page=${page}`);
      if (!Array.isArray(some)) throw new Failure("server", "the list is no array");
      const before = all.size;
      for (const one of some) all.set(String(one.id), one);
      if (some.length < 100 || bug("CFN-PAGE-01a")) break;
      if (all.size === before) throw new Failure("server", `page ${page} has nothing new`);
    }
    return [...all.values()].map(customer);
  }

  async get(signal, id) {
    const one = await this.call(signal, "GET", `/customers/${id}.json`);
    if (one === null || one.id === undefined || one.id === null) throw new Failure("not-found", "there is no such customer");
    return customer(one);
  }

  async save(signal, method, path, body) {
    const one = await this.call(signal, method, path, { customer: body });
    if (one === null || typeof one !== "object") throw new Failure("server", "the answer is no record");
    const texts = bug("CFN-SAVE-01a") ? [] : one.errors ?? [];
    const unsaved = bug("CFN-SAVE-03a") || bug("CFN-SAVE-01a") ? false : one.persisted !== "true" && one.persisted !== true;
    if (texts.length > 0 || unsaved) throw new Failure("not-saved", "not saved: " + texts.join("; "), { words: texts.join("; ") });
    if (bug("CFN-SAVE-04a") && one.errors === undefined) throw new Failure("not-saved", "no errors member");
    return customer(one);
  }

  async create(signal, record) {
    const body = { email: record.email };
    for (const name of ["first_name", "last_name", "note"]) if (record[name]) body[name] = record[name];
    for (const name of ["tax_exempt", "accepts_marketing"]) if (record[name]) body[name] = true;
    if ((record.tags ?? []).some((tag) => tag.includes(","))) throw new Failure("invalid", "a tag cannot hold a comma");
    if (record.tags?.length) body.tag_list = record.tags.join(",");
    try {
      return await this.save(signal, "POST", "/customers.json", body);
    } catch (e) {
      if (bug("GEN-DUP-01a") && e.kind === "transport") return this.save(signal, "POST", "/customers.json", body);
      throw e;
    }
  }

  async update(signal, id, change) {
    const body = {};
    for (const name of ["first_name", "last_name", "note"]) if (change[name] !== null) body[name] = change[name];
    return this.save(signal, bug("CFN-VERB-01a") ? "PUT" : "PATCH", `/customers/${id}.json`, body);
  }
}

// exactly finds the digits of a number that JavaScript would round.
function exactly(text, key) {
  return new RegExp(`"${key}"\\s*:\\s*(-?\\d+)`).exec(text)?.[1];
}

// customer is a record in the words of the suite.
function customer(one) {
  const yes = (v) => (bug("CFN-TYPE-01b") ? Boolean(v) : v === true || v === "true");
  const order = one.last_order_id;
  return {
    id: one.id, email: one.email, first_name: one.first_name, last_name: one.last_name, note: one.note,
    orders_count: one.orders_count ?? 0, total_spent_cents: one.total_spent_cents ?? 0,
    tax_exempt: yes(one.tax_exempt), accepts_marketing: yes(one.accepts_marketing),
    last_order_id: order === null || order === undefined || order === "null" ? null : order,
    created_at: one.created_at,
  };
}

// ---- the adapter ------------------------------------------------------------

const operations = {
  List: (c, signal) => c.list(signal),
  Get: (c, signal, id) => c.get(signal, id),
  Create: (c, signal, record) => c.create(signal, record),
  Update: (c, signal, id, change) => c.update(signal, id, change),
};

const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");
const running = new Map();

async function call({ seq, base_url, creds, op, args = [] }) {
  const abort = new AbortController();
  running.set(seq, abort);
  try {
    const value = await operations[op](new Cartfunnel(base_url, creds), abort.signal, ...args);
    say({ type: "result", seq, value: value ?? null });
  } catch (e) {
    const kind = abort.signal.aborted ? "canceled" : e.kind ?? "transport";
    const { status, words } = e;
    say({ type: "result", seq, error: { kind, message: e.message || String(e), ...(status && { status }), ...(words && { words }) } });
  } finally {
    running.delete(seq);
  }
}

createInterface({ input: process.stdin }).on("line", (text) => {
  const message = JSON.parse(text);
  switch (message.type) {
    case "start":
      return say({ type: "started", name: "cartfunnel-fetch", version: "1.0.0", language: "JavaScript", operations: Object.keys(operations) });
    case "call":
      return void call(message);
    case "cancel":
      return running.get(message.seq)?.abort();
    case "stop":
      process.exit(0);
  }
});
