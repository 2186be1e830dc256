import {h} from './dom.js';

/** Shows a difference in unified format. */
export function diff(text) {
  return h('pre', {class: 'diff', tabindex: '0'}, text.split('\n').filter((line, i, all) => line !== '' || i < all.length - 1)
    .map(line => h('span', {class: classOf(line)}, line)));
}

function classOf(line) {
  return line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : line.startsWith('@@') ? 'at' : 'same';
}
