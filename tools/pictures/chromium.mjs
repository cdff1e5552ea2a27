// A headless Chromium, spoken to over two pipes: no port is opened, and no
// other program can reach the browser.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--force-color-profile=srgb', '--hide-scrollbars', '--allow-file-access-from-files', '--remote-debugging-pipe',
];

// start starts a browser with a fresh profile in a language such as sv-SE.
export async function start(language, binary = process.env.CHROMIUM ?? 'chromium') {
  const profile = await mkdtemp(join(tmpdir(), 'pictures-profile-'));
  const browser = spawn(binary, [...flags, `--lang=${language}`, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const waiting = new Map();
  const listeners = [];
  let next = 0;
  let rest = Buffer.alloc(0);
  const ended = new Promise((resolve) => browser.once('close', resolve));
  const fail = (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  browser.once('error', fail);
  ended.then(() => fail(new Error('chromium ended')));
  browser.stdio[3].on('error', () => {});
  browser.stdio[4].on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const message = JSON.parse(rest.subarray(0, end).toString());
      rest = rest.subarray(end + 1);
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (!call) listeners.forEach((listener) => listener(message));
      else if (message.error) call.reject(new Error(`${call.method}: ${message.error.message}`));
      else call.resolve(message.result);
    }
  });
  const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    const id = ++next;
    waiting.set(id, { resolve, reject, method });
    browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  });
  const stop = async () => {
    await send('Browser.close').catch(() => {});
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
    return {
      call: (method, params) => send(method, params, sessionId),
      // on calls listener with the parameters of each event of that name.
      on: (name, listener) => listeners.push((message) => message.method === name && listener(message.params)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
