import {ConnectionLost} from './api.js';

const INTERVAL = 3000;
let lost = 0;

function tell(change) {
  lost = Math.max(0, lost + change);
  dispatchEvent(new CustomEvent('console-connection', {detail: lost > 0}));
}

/**
 * Does something now and every few seconds while the page is seen. A lost connection shows, and is
 * tried again; what the view has stays. Returns what ends it.
 */
export function poll(action, onError) {
  let stopped = false;
  let failing = false;
  let timer = 0;
  const run = async () => {
    if (stopped) {
      return;
    }
    if (!document.hidden) {
      try {
        await action(() => stopped);
        setFailing(false);
      } catch (e) {
        setFailing(e instanceof ConnectionLost);
        if (!stopped && !(e instanceof ConnectionLost)) {
          onError(e);
        }
      }
    }
    timer = setTimeout(run, INTERVAL);
  };
  const setFailing = now => {
    if (now !== failing && !stopped) {
      failing = now;
      tell(now ? 1 : -1);
    }
  };
  run();
  return () => {
    if (failing) {
      tell(-1);
    }
    stopped = true;
    clearTimeout(timer);
  };
}
