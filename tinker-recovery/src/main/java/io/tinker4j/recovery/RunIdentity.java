package io.tinker4j.recovery;

import io.tinker4j.training.LoraOptions;
import io.tinker4j.transport.JsonCodec;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What makes a run the one that it is: a journal of another one must not be gone on with. */
final class RunIdentity {
  private RunIdentity() {}

  /** Returns the SHA-256 of the settings that decide about weights, in hex. */
  static String hash(RunSettings<?> run) {
    LoraOptions lora = run.lora;
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("base_model", run.baseModel);
    all.put("rank", lora.rank());
    all.put("seed", lora.seed().isPresent() ? lora.seed().getAsLong() : "");
    all.put("train", List.of(lora.trainMlp(), lora.trainAttn(), lora.trainUnembed()));
    all.put("accumulate", run.accumulate);
    all.put("tokenizer_id", run.tokenizerId);
    all.put("renderer_id", run.rendererId);
    all.put("configuration", new TreeMap<>(run.configuration));
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(JsonCodec.write(all)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Adds to a checkpoint's record what else is known about its data. */
  static void identify(RunSettings<?> run, CheckpointRecord.Builder record) {
    if (!run.tokenizerId.isEmpty()) {
      record.tokenizerId(run.tokenizerId);
    }
    if (!run.rendererId.isEmpty()) {
      record.rendererId(run.rendererId);
    }
  }

  /** Returns the settings as people compare them. */
  static Map<String, String> parameters(RunSettings<?> run) {
    Map<String, String> all = new TreeMap<>(run.configuration);
    all.put("base_model", run.baseModel);
    all.put("rank", Integer.toString(run.lora.rank()));
    all.put("accumulate", Integer.toString(run.accumulate));
    all.put("config_hash", hash(run));
    return all;
  }
}
