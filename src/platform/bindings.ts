// The names of wrangler.toml as the Worker sees them.

import type {
  AlertReply,
  AlertReport,
  ShownAlerts,
  TestedChannel,
  UnusualUse,
} from "../core/alerts/alert-messages.ts";
import type { AlertRule } from "../core/alerts/alert-settings.ts";
import type { Purge, PurgeState } from "../core/cache/purge-state.ts";
import type { KeyRecord } from "../core/keys/key-record.ts";
import type { Entry, EntryBody, EntryKind } from "../core/control/entries.ts";
import type {
  AuditEntry,
  Audited,
  Changed,
  Changer,
  ConfigChange,
  ConfigVersion,
  Created,
  Creation,
  EntryChange,
  Imported,
  ImportedKey,
  KeyFilter,
  OwnKeyChange,
  OwnEntries,
  OwnKeyChanged,
  Page,
  PageRequest,
  Rotation,
} from "../core/control/control-messages.ts";
import type { KeyChanges, VersionedKey } from "../core/control/key-changes.ts";
import type { KeyDigits } from "../core/control/key-filter.ts";
import type { TokenRecord } from "../core/control/token-scopes.ts";
import type { NewsAnswer, NewsQuestion } from "../core/control/news.ts";
import type { Snapshot } from "../core/control/snapshot.ts";
import type { CallView, Cancelling, HandedCall, Taking } from "../core/handover/call-messages.ts";
import type { ScoreAnswer, ScoreQuestion } from "../core/reputation/score-messages.ts";
import type { SuspectsAnswer, SuspectsQuestion } from "../core/reputation/suspects.ts";
import type { FeedbackReport, FeedbackView } from "../core/feedback/feedback-messages.ts";
import type {
  ConsumerCounts,
  FullestObject,
  StatsFigures,
  StatsQuestion,
  StatsReply,
  StatsReport,
  StatsTotals,
  TailAnswer,
} from "../core/stats/stats-messages.ts";
import type { Acceptance, WebhookEvent } from "../core/webhooks/webhook-messages.ts";
import type { WatchedPool } from "../core/origins/origin-pool.ts";
import type { HealthReply, MemberReport } from "../core/origins/pool-health.ts";
import type { LoadReport } from "../core/shedding/load.ts";
import type {
  CounterFailure,
  CounterReply,
  CounterRequest,
  CounterReset,
  Settlement,
  TopAnswer,
  TopQuestion,
} from "../core/counters/counter-messages.ts";

/** What a gateway may ask of a counter object. */
export interface CounterRpc extends Rpc.DurableObjectBranded {
  /** Decided in this order, each answered by itself, in its place. */
  decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[];
  /** The same, message for message, as text (counter-text.ts). */
  decideText(requests: string): string;
  settle(settlement: Settlement): void;
  reset(reset: CounterReset): void;
  top(question: TopQuestion): TopAnswer;
  /** What clients did, in the order of the reports. */
  score(question: ScoreQuestion): readonly ScoreAnswer[];
  suspects(question: SuspectsQuestion): SuspectsAnswer;
}

export interface AddedPurges extends PurgeState {
  /** Whether every object near gateways has them: if not, some learns of them within a minute. */
  readonly isEverywhere: boolean;
}

/** What gateways and snapshot objects may ask of the purge object. */
export interface PurgeRpc extends Rpc.DurableObjectBranded {
  readPurges(knownLatest: number): PurgeState | undefined;
  follow(name: string): PurgeState;
  addPurges(purges: readonly Purge[]): Promise<AddedPurges>;
}

/** What a gateway and the admin API may ask of the control object. */
export interface ControlRpc extends Rpc.DurableObjectBranded {
  findKey(hash: string): KeyRecord | undefined;
  lookUpKey(hash: string): VersionedKey;
  readKeyChanges(known: number): KeyChanges;
  listKeyDigits(): KeyDigits;
  followKeys(name: string, known: number): KeyChanges;
  findToken(hash: string): TokenRecord | undefined;
  readSnapshot(knownVersion: number): Snapshot | undefined;
  follow(name: string): Snapshot;
  readEntry(kind: EntryKind, id: string): Entry | undefined;
  listEntries(kind: EntryKind, page: PageRequest): Page<Entry>;
  findKeys(filter: KeyFilter, page: PageRequest): Page<Entry>;
  createEntry(creation: Creation, by: Changer): Promise<Changed<Created>>;
  replaceEntry(change: EntryChange, body: EntryBody, by: Changer): Promise<Changed<Entry>>;
  deleteEntry(change: EntryChange, by: Changer): Promise<Changed<Entry>>;
  rotateKey(rotation: Rotation, by: Changer): Promise<Changed<Entry>>;
  importKeys(keys: readonly ImportedKey[], by: Changer): Promise<Changed<readonly Imported[]>>;
  listOwn(consumer: string): OwnEntries;
  changeOwnKey(change: OwnKeyChange, by: Changer): Promise<OwnKeyChanged>;
  readConfig(version?: number): ConfigVersion | undefined;
  listConfigs(page: PageRequest): Page<ConfigVersion>;
  putConfig(change: ConfigChange, by: Changer): Promise<Changed<ConfigVersion>>;
  recordAction(action: Audited, by: Changer): void;
  listAudit(page: PageRequest): Page<AuditEntry>;
}

/** What a gateway may ask of a snapshot object, and what the control object and the purge object send it. */
export interface SnapshotRpc extends Rpc.DurableObjectBranded {
  readNews(question: NewsQuestion, name: string): Promise<NewsAnswer>;
  putSnapshot(snapshot: Snapshot): void;
  putPurges(state: PurgeState): void;
  lookUpKey(hash: string, place: string): Promise<VersionedKey>;
  putKeyChanges(changes: KeyChanges): void;
}

/** What a gateway may ask of a pool's health object. */
export interface HealthRpc extends Rpc.DurableObjectBranded {
  report(pool: WatchedPool, reports: readonly MemberReport[], load?: LoadReport): Promise<HealthReply>;
}

/** What a gateway may ask of a pool's feedback object. */
export interface FeedbackRpc extends Rpc.DurableObjectBranded {
  exchange(report: FeedbackReport): Promise<FeedbackView>;
}

/** What isolates and the admin API may ask of a continent's stats object. */
export interface StatsRpc extends Rpc.DurableObjectBranded {
  report(report: StatsReport, ageMs?: number): Promise<StatsReply>;
  figures(question: StatsQuestion): StatsFigures;
  totals(): StatsTotals;
  tail(after: number): TailAnswer;
  consumer(name: string): ConsumerCounts;
  fullest(policy: string): readonly FullestObject[];
}

/** What isolates and the admin API may ask of the alerts object. */
export interface AlertsRpc extends Rpc.DurableObjectBranded {
  report(report: AlertReport): Promise<AlertReply>;
  seeUnusual(unusual: readonly UnusualUse[]): Promise<void>;
  show(): ShownAlerts;
  test(name: string, rules: readonly AlertRule[]): Promise<readonly TestedChannel[]>;
}

/** What a gateway may ask of a route's webhook object. */
export interface WebhookRpc extends Rpc.DurableObjectBranded {
  accept(event: WebhookEvent): Promise<Acceptance>;
}

/** What a gateway may ask of an object that keeps calls. */
export interface HandOverRpc extends Rpc.DurableObjectBranded {
  take(call: HandedCall): Promise<Taking>;
  read(id: string, owner: string): Promise<CallView | undefined>;
  cancel(id: string, owner: string): Promise<Cancelling>;
}

export interface Bindings {
  readonly COUNTERS: DurableObjectNamespace<CounterRpc & DurableObject>;
  readonly PURGES: DurableObjectNamespace<PurgeRpc & DurableObject>;
  readonly CONTROL: DurableObjectNamespace<ControlRpc & DurableObject>;
  readonly SNAPSHOTS: DurableObjectNamespace<SnapshotRpc & DurableObject>;
  readonly HEALTH: DurableObjectNamespace<HealthRpc & DurableObject>;
  readonly FEEDBACK: DurableObjectNamespace<FeedbackRpc & DurableObject>;
  readonly STATS: DurableObjectNamespace<StatsRpc & DurableObject>;
  readonly ALERTS: DurableObjectNamespace<AlertsRpc & DurableObject>;
  /** A dataset of Analytics Engine: where it is bound, what is reported is written there too. */
  readonly ANALYTICS?: AnalyticsEngineDataset;
  readonly WEBHOOKS: DurableObjectNamespace<WebhookRpc & DurableObject>;
  readonly CALLS: DurableObjectNamespace<HandOverRpc & DurableObject>;
  readonly ORIGIN_URL?: string;
  readonly LIMIT_FACTOR?: string;
  /** A secret, not a var: switches the admin API on. */
  readonly ADMIN_TOKEN?: string;
  /** A secret that opens what changes nothing. */
  readonly ADMIN_READ_TOKEN?: string;
}

/** The one purge object of a deployment. */
export const PURGES_NAME = "purges";

/** The one control object of a deployment. */
export const CONTROL_NAME = "control";

/** The stats object of a continent, "unknown" where the platform does not say which. */
export function toStatsName(continent: string): string {
  return `stats:${continent}`;
}

/** The one alerts object of a deployment. */
export const ALERTS_NAME = "alerts";
