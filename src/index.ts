// The Worker that is built and deployed: the gateway of one configuration file, and the Durable Object classes.

import exported from "#headgate-config";
import { createGateway } from "./worker.ts";

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
} from "./worker.ts";

export default createGateway(exported) satisfies ExportedHandler;
