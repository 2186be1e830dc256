import {h, fill} from './dom.js';
import {get, ask, ApiError, ConnectionLost} from './api.js';
import {t} from './words.js';
import * as settings from './settings.js';
import {login} from './views/login.js';
import {overview} from './views/overview.js';
import {applications, application} from './views/applications.js';
import {rules} from './views/rules.js';
import {rule} from './views/rule.js';
import {history} from './views/history.js';
import {playground} from './views/playground.js';
import {audit} from './views/audit.js';
import {live} from './views/live.js';

const views = {overview, applications, application, rules, rule, history, playground, audit, live};
const inMenu = ['overview', 'applications', 'rules', 'history', 'playground'];
const app = document.getElementById('app');
let session = null;
let shown = {stop: () => {}, mayLeave: () => true};
let here = location.hash;

/** What views are given besides their parameters. */
const context = {
  get session() {
    return session;
  },
  go(name, params = {}) {
    location.hash = `#/${name}${Object.keys(params).length ? `?${new URLSearchParams(params)}` : ''}`;
  },
  message(e) {
    return t('failed', e instanceof Error ? e.message : e);
  },
};

function route() {
  const [name, search = ''] = location.hash.replace(/^#\//, '').split(/\?(.*)/s);
  return {name: name === '' ? 'overview' : name, params: Object.fromEntries(new URLSearchParams(search))};
}

function menu(current) {
  const names = session.seesAll ? [...inMenu, 'audit'] : inMenu;
  return h('nav', {'aria-label': t('title')}, names.map(name =>
    h('a', {href: `#/${name}`, 'aria-current': name === current ? 'page' : null}, t(name))));
}

function switches() {
  const theme = h('button', {type: 'button', onclick: () => {
    theme.textContent = t(`theme_${settings.nextTheme()}`);
  }}, t(`theme_${settings.currentTheme()}`));
  const language = h('button', {type: 'button', lang: settings.currentLanguage() === 'zh' ? 'en' : 'zh-CN', onclick: () => {
    if (shown.mayLeave()) {
      settings.otherLanguage();
      show();
    }
  }}, t('language'));
  return [theme, language];
}

async function logout() {
  if (shown.mayLeave()) {
    await ask('DELETE', '/session').catch(() => {});
    session = null;
    location.hash = '';
    start();
  }
}

function page(current, content) {
  document.title = `${t(current)} · ${t('title')}`;
  const lost = h('div', {class: 'banner bad', role: 'status', hidden: true}, t('lost'));
  page.lost = lost;
  fill(app,
    h('a', {class: 'skip', href: '#content', onclick: event => {
      event.preventDefault();
      document.getElementById('content').focus();
    }}, t('skip')),
    h('header', null, h('span', {class: 'brand'}, t('title')), session ? menu(current) : h('nav', null), switches(),
      session && !session.open ? [h('span', {class: 'soft'}, session.name), h('button', {type: 'button', onclick: logout}, t('logout'))] : null),
    session?.open ? h('div', {class: 'banner'}, t('open')) : null,
    lost,
    h('main', {id: 'content', tabindex: '-1'}, content));
}

function show() {
  shown.stop();
  shown = {stop: () => {}, mayLeave: () => true};
  if (session === null) {
    page('login', login(start));
    return;
  }
  const {name, params} = route();
  if (!Object.hasOwn(views, name)) {
    page('overview', h('p', {class: 'empty'}, t('notFound')));
    return;
  }
  const view = views[name](params, context);
  shown = {stop: view.stop ?? (() => {}), mayLeave: view.mayLeave ?? (() => true), isDirty: view.isDirty};
  page({application: 'applications', live: 'overview', rule: 'rules'}[name] ?? name, view.node);
}

async function start() {
  settings.apply();
  try {
    session = await get('/session');
  } catch (e) {
    session = null;
    if (e instanceof ConnectionLost || (e instanceof ApiError && e.status !== 401)) {
      page('login', h('p', {class: 'error', role: 'alert'}, context.message(e)));
      setTimeout(start, 3000);
      return;
    }
  }
  show();
}

addEventListener('hashchange', () => {
  if (location.hash === here) {
    return;
  }
  if (shown.mayLeave()) {
    here = location.hash;
    show();
  } else {
    location.hash = here;
  }
});
addEventListener('beforeunload', event => {
  if (shown.isDirty?.()) {
    event.preventDefault();
  }
});
addEventListener('console-login', () => {
  if (session !== null) {
    session = null;
    show();
  }
});
addEventListener('console-connection', event => {
  page.lost.hidden = !event.detail;
});
start();
