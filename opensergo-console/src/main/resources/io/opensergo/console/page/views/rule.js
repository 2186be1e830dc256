import {h, fill} from '../dom.js';
import {ask, post, query, ApiError} from '../api.js';
import {editor} from '../editor.js';
import {diff} from '../diff.js';
import {t} from '../words.js';
import {review} from '../review.js';
import {changes} from './history.js';

const template = `apiVersion: fault-tolerance.opensergo.io/v1alpha1
kind: RateLimitStrategy
metadata:
  name: my-limit
  namespace: default
  labels: {app: my-app}
spec:
  metricType: RequestAmount
  limitMode: Local
  threshold: 10
  statDuration: 1s
`;

/** A rule in an editor: edit, validate, see what it would do, save, history. */
export function rule(params, context) {
  const isNew = params.name === undefined;
  const node = h('div', null, h('p', {class: 'soft'}, t('loading')));
  const state = {params, context, node, etag: null, saved: template, edited: null, notice: h('div', {'aria-live': 'polite'})};
  if (isNew) {
    open(state, null, params.text ?? template);
  } else {
    load(state);
  }
  const isDirty = () => state.edited !== null && state.edited !== state.saved;
  return {node, stop: () => {}, isDirty, mayLeave: () => !isDirty() || confirm(t('unsaved'))};
}

async function load(state) {
  try {
    const {json, etag} = await ask('GET', `/rule${query(state.params)}`);
    state.etag = etag;
    open(state, json.rule, json.text);
  } catch (e) {
    fill(state.node, h('p', {class: 'error', role: 'alert'}, state.context.message(e)));
  }
}

function open(state, summary, text) {
  const readOnlyReason = summary === null ? null : summary.readOnlyReason;
  const mayWrite = summary === null || (summary.mayWrite && !readOnlyReason);
  state.saved = text;
  state.edited = null;
  const save = h('button', {class: 'primary', type: 'button', disabled: !mayWrite, onclick: () => saving(state, edit)}, t('save'));
  const edit = editor(text, {
    readOnly: !mayWrite,
    onchange: now => {
      state.edited = now;
    },
    onsave: () => mayWrite && saving(state, edit),
  });
  const history = h('div');
  fill(state.node,
    h('h1', null, summary === null ? t('newRule') : `${summary.namespace} / ${summary.name}`),
    summary === null ? null : h('p', null, h('span', {class: 'tag'}, summary.kind), ' ', h('span', {class: 'tag'}, summary.app), ' ',
      h('span', {class: summary.state === 'in force' ? 'tag good' : 'tag bad'}, t(summary.state)), ' ',
      summary.place ? h('span', {class: 'soft'}, t('storedAt', summary.place)) : null),
    readOnlyReason ? h('p', {class: 'soft'}, t('readOnly', readOnlyReason)) : null,
    state.notice,
    edit.node,
    h('div', {class: 'row'}, save,
      summary !== null ? h('button', {class: 'danger', type: 'button', disabled: !mayWrite, onclick: () => deleting(state, summary)}, t('remove')) : null),
    history);
  if (summary !== null) {
    fill(history, h('h2', null, t('history')), changes(state.params, state.context, state.notice, () => load(state)));
  }
}

function revisionOf(etag) {
  return etag === null ? undefined : etag.slice(1, -1);
}

async function saving(state, edit) {
  const text = edit.text();
  let run;
  try {
    run = await post('/dry-run', {puts: [{text, expectedRevision: revisionOf(state.etag)}]});
  } catch (e) {
    if (e instanceof ApiError && e.problem.problems) {
      edit.show(e.problem.problems);
    }
    fill(state.notice, h('p', {class: 'error', role: 'alert'}, state.context.message(e)));
    return;
  }
  const effect = run.rules[0];
  if (effect.conflict) {
    conflict(state, edit, effect);
    return;
  }
  const message = await review(run, t('saveNow'));
  if (message === null) {
    return;
  }
  const named = {kind: effect.kind, namespace: effect.namespace, name: effect.name};
  try {
    const moved = state.etag !== null && (named.kind !== state.params.kind || named.namespace !== state.params.namespace
      || named.name !== state.params.name);
    const header = state.etag === null || moved ? {'If-None-Match': '*'} : {'If-Match': state.etag};
    await ask('PUT', `/rule${query(named)}`, {text, message}, header);
  } catch (e) {
    failed(state, edit, e);
    return;
  }
  state.edited = null;
  fill(state.notice, h('p', {class: 'note', role: 'status'}, t('saved')));
  if (state.params.name === named.name && state.params.kind === named.kind && state.params.namespace === named.namespace) {
    await load(state);
  } else {
    state.context.go('rule', named);
  }
}

function failed(state, edit, e) {
  const found = e instanceof ApiError ? e.problem.conflicts?.[0] : undefined;
  if (found) {
    conflict(state, edit, {conflict: found});
  } else {
    fill(state.notice, h('p', {class: 'error', role: 'alert'}, state.context.message(e)));
  }
}

/** Both editors' texts are kept until one decides. */
function conflict(state, edit, {conflict: {currentRevision, currentText}}) {
  const box = h('div', {class: 'panel', role: 'alert'}, h('p', {class: 'error'}, t('conflict')));
  fill(state.notice, box);
  const adopt = () => {
    state.etag = currentRevision ? `"${currentRevision}"` : null;
    fill(state.notice);
  };
  post('/diff', {before: currentText ?? '', after: edit.text()}).then(({diff: text}) => {
    box.append(h('h2', null, t('theirDiff')), diff(text), h('div', {class: 'row'},
      h('button', {type: 'button', onclick: () => {
        adopt();
        edit.set(currentText ?? '');
        state.saved = currentText ?? '';
        state.edited = null;
      }}, t('theirs')),
      h('button', {type: 'button', class: 'danger', onclick: () => {
        adopt();
        saving(state, edit);
      }}, t('mine'))));
  }).catch(e => box.append(h('p', null, state.context.message(e))));
}

async function deleting(state, summary) {
  const named = {kind: summary.kind, namespace: summary.namespace, name: summary.name};
  try {
    const run = await post('/dry-run', {deletes: [{...named, expectedRevision: revisionOf(state.etag)}]});
    const message = await review(run, t('remove'));
    if (message === null) {
      return;
    }
    await ask('DELETE', `/rule${query({...named, message})}`, undefined, {'If-Match': state.etag});
    state.edited = null;
    state.context.go('rules', {namespace: summary.namespace, app: summary.app});
  } catch (e) {
    fill(state.notice, h('p', {class: 'error', role: 'alert'}, state.context.message(e)));
  }
}
