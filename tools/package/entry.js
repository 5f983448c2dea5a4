// The Worker that `headgate build` makes: the gateway of one configuration file, and the Durable Object classes.

import exported from "#headgate-config";
import { createGateway } from "./worker.js";

export {
  AlertsObject,
  CallsObject,
  ControlObject,
  CounterObject,
  FeedbackObject,
  HealthObject,
  PurgeObject,
  SnapshotObject,
  StatsObject,
  WebhookObject,
} from "./worker.js";

export default createGateway(exported);
