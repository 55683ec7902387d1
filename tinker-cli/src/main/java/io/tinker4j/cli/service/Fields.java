package io.tinker4j.cli.service;

import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.BillingUsageEvent;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.TrainingRun;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server answered, as the fields of JSON, in the reference client's order. */
final class Fields {
  private Fields() {}

  static Map<String, @Nullable Object> of(TrainingRun run) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("training_run_id", run.trainingRunId());
    fields.put("base_model", run.baseModel());
    fields.put("model_owner", run.modelOwner());
    fields.put("is_lora", run.isLora());
    fields.put("corrupted", run.isCorrupted());
    fields.put("lora_rank", run.loraRank().isPresent() ? run.loraRank().getAsInt() : null);
    fields.put("last_request_time", DisplayText.spaced(run.lastRequestTime()));
    fields.put("last_checkpoint", run.lastCheckpoint().map(Fields::of).orElse(null));
    fields.put("last_sampler_checkpoint", run.lastSamplerCheckpoint().map(Fields::of).orElse(null));
    fields.put("user_metadata", run.userMetadata().isEmpty() ? null : run.userMetadata());
    return fields;
  }

  /** What only newer servers say is there only when they do. */
  static Map<String, @Nullable Object> of(Checkpoint checkpoint) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("checkpoint_id", checkpoint.checkpointId());
    fields.put("checkpoint_type", checkpoint.checkpointType().value());
    fields.put("time", DisplayText.spaced(checkpoint.time()));
    fields.put("tinker_path", checkpoint.tinkerPath());
    fields.put(
        "size_bytes",
        checkpoint.sizeBytes().isPresent() ? checkpoint.sizeBytes().getAsLong() : null);
    fields.put("public", checkpoint.isPublic());
    fields.put("expires_at", checkpoint.expiresAt().map(DisplayText::spaced).orElse(null));
    checkpoint.baseModel().ifPresent(model -> fields.put("base_model", model));
    if (!checkpoint.userMetadata().isEmpty()) {
      fields.put("user_metadata", checkpoint.userMetadata());
    }
    return fields;
  }

  static Map<String, @Nullable Object> of(BillingUsageEvent event) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("bucket_start", DisplayText.zulu(event.bucketStart()));
    fields.put("bucket_end", DisplayText.zulu(event.bucketEnd()));
    fields.put("base_model", event.baseModel().orElse(null));
    fields.put("user_id", event.userId().orElse(null));
    fields.put("user_name", event.userName().orElse(null));
    fields.put("session_id", event.sessionId().orElse(null));
    fields.put("project_id", event.projectId().orElse(null));
    fields.put("event_info", JsonCodec.toMap(event.eventInfo()));
    return fields;
  }
}
