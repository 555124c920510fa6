/** What all lanes share: the stores, the machine, and what the lab itself takes. */
import type { Frame, Scene, ShownProcess } from '../show/show-model.js';
import { el, setText } from './dom.js';
import { whole } from './lanes-view.js';
import { t } from './words.js';

export interface ServersView {
  readonly element: HTMLElement;
  draw(frame: Frame | undefined, scene: Scene | null): void;
}

export function serversView(): ServersView {
  const list = el('ul', { class: 'instances servers' });
  const note = el('p', { class: 'doubt' });
  const element = el('div', {}, list, note);
  const boxes = Array.from({ length: 4 }, () => {
    const box = el('li', {}, el('b'), el('span'), el('i', { 'aria-hidden': true }));
    list.append(box);
    return box;
  });
  const fill = (place: number, state: string, name: string, text: string, share: number) => {
    const box = boxes[place] as HTMLElement;
    const [title, words, bar] = [...box.children] as [HTMLElement, HTMLElement, HTMLElement];
    box.className = state;
    setText(title, name);
    setText(words, text);
    bar.style.width = `${Math.min(100, Math.round(share * 100))}%`;
  };
  return {
    element,
    draw(frame, scene) {
      if (!frame || !scene) return;
      const { redis, database, lab, machineCores } = frame;
      setText(note, scene.notHeld === null ? '' : `${t('notHeld')} ${scene.notHeld}`);
      const allowed = scene.redisCores;
      const commands = redis.commandsPerSecond;
      const ofRedis = [
        usedText(redis, allowed),
        ...(commands === null ? [] : [`${whole(commands)} ${t('commands')}`]),
        ...(redis.keys === null ? [] : [`${whole(redis.keys)} ${t('keys')}`]),
        ...(redis.memoryBytes === null ? [] : [`${(redis.memoryBytes / 1e6).toFixed(1)} MB`]),
      ];
      const running = redis.state === 'working';
      fill(
        0,
        redis.state,
        'Redis',
        running ? ofRedis.join(', ') : t(redis.state),
        (redis.cores ?? 0) / (allowed ?? 1),
      );
      const { machineCores: all } = scene;
      const ofDatabase =
        database.state === 'working' ? usedText(database, null) : t(database.state);
      fill(1, database.state, 'PostgreSQL', ofDatabase, (database.cores ?? 0) / all);
      const busy = machineCores === null ? '–' : machineCores.toFixed(2);
      fill(2, 'working', t('machine'), `${busy} / ${all}`, (machineCores ?? 0) / all);
      const watching = `${lab.watchers} ${t('watching')}`;
      fill(3, 'working', t('lab'), `${lab.cores.toFixed(2)} ${t('cores')}, ${watching}`, lab.cores);
    },
  };
}

function usedText({ cores }: ShownProcess, allowed: number | null): string {
  const used = cores === null ? '–' : cores.toFixed(allowed === null ? 2 : 3);
  return `${used}${allowed === null ? '' : ` ${t('ofIts')} ${allowed}`} ${t('cores')}`;
}
