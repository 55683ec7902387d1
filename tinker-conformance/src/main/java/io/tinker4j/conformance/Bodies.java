package io.tinker4j.conformance;

import com.google.protobuf.ByteString;
import io.tinker4j.types.proto.Chunk;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.Datum;
import io.tinker4j.types.proto.EncodedTextChunk;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bodies of requests as the reference client sends them. Each call gives a new map to change. */
final class Bodies {
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 6};
  private static final long[] TARGETS = {2, 3, 4, 5, 6, 7};

  /** A PNG of 56 by 28 pixels. */
  private static final String IMAGE =
      "iVBORw0KGgoAAAANSUhEUgAAADgAAAAcAQAAAAAcwEGTAAAADElEQVR42mNgGN4AAADgAAFp/i1dAAAAAElFTkSuQmCC";

  private Bodies() {}

  /** A map of alternating names and values. */
  static Map<String, @Nullable Object> of(@Nullable Object... pairs) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(String.valueOf(pairs[i]), pairs[i + 1]);
    }
    return map;
  }

  /** A copy with a property set. */
  static Map<String, @Nullable Object> with(
      Map<String, ? extends @Nullable Object> body, String name, @Nullable Object value) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(body);
    changed.put(name, value);
    return changed;
  }

  /** A copy without a property. */
  static Map<String, @Nullable Object> without(
      Map<String, ? extends @Nullable Object> body, String name) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(body);
    changed.remove(name);
    return changed;
  }

  static Map<String, @Nullable Object> createSession() {
    return of(
        "tags",
        List.of("conformance"),
        "user_metadata",
        Map.of("n", "1"),
        "sdk_version",
        "0.25.0",
        "type",
        "create_session");
  }

  static Map<String, @Nullable Object> finish(String reason) {
    return of("reason", of("type", reason), "detail", null);
  }

  static Map<String, @Nullable Object> lora(int rank) {
    return of("rank", rank, "train_unembed", true, "train_mlp", true, "train_attn", true);
  }

  static Map<String, @Nullable Object> createModel(String session, int seqId, String baseModel) {
    return of(
        "session_id",
        session,
        "model_seq_id",
        seqId,
        "base_model",
        baseModel,
        "user_metadata",
        Map.of("purpose", "conformance"),
        "lora_config",
        lora(4),
        "type",
        "create_model");
  }

  static Map<String, @Nullable Object> optimStep(String model, int seqId) {
    return of(
        "adam_params",
        of(
            "learning_rate",
            0.01,
            "beta1",
            0.9,
            "beta2",
            0.95,
            "eps",
            1e-12,
            "weight_decay",
            0.0,
            "grad_clip_norm",
            0.0),
        "model_id",
        model,
        "seq_id",
        seqId,
        "type",
        "optim_step");
  }

  static Map<String, @Nullable Object> save(String model, int seqId, String name) {
    return of(
        "model_id",
        model,
        "path",
        name,
        "seq_id",
        seqId,
        "overwrite",
        false,
        "type",
        "save_weights");
  }

  static Map<String, @Nullable Object> saveForSampler(String model, int seqId, String name) {
    return of("model_id", model, "path", name, "seq_id", seqId, "type", "save_weights_for_sampler");
  }

  static Map<String, @Nullable Object> load(String model, int seqId, String path) {
    return of(
        "model_id",
        model,
        "seq_id",
        seqId,
        "path",
        path,
        "optimizer",
        true,
        "type",
        "load_weights");
  }

  static Map<String, @Nullable Object> baseSampler(String session, int seqId, String baseModel) {
    return of(
        "session_id",
        session,
        "sampling_session_seq_id",
        seqId,
        "base_model",
        baseModel,
        "type",
        "create_sampling_session");
  }

  static Map<String, @Nullable Object> prompt(int... tokens) {
    return of(
        "chunks",
        List.of(of("tokens", Arrays.stream(tokens).boxed().toList(), "type", "encoded_text")));
  }

  static Map<String, @Nullable Object> sample(String sampler, int seqId) {
    return of(
        "num_samples",
        1,
        "prompt",
        prompt(1, 2, 3),
        "sampling_params",
        of("max_tokens", 4, "seed", 42, "temperature", 1.0, "top_k", -1, "top_p", 1.0),
        "sampling_session_id",
        sampler,
        "seq_id",
        seqId,
        "prompt_logprobs",
        false,
        "topk_prompt_logprobs",
        0,
        "type",
        "sample");
  }

  /** A prompt of an image and one token. */
  static Map<String, @Nullable Object> imagePrompt(@Nullable Integer expectedTokens) {
    Map<String, @Nullable Object> image = of("data", IMAGE, "format", "png", "type", "image");
    return of(
        "chunks",
        List.of(
            expectedTokens == null ? image : with(image, "expected_tokens", expectedTokens),
            of("tokens", List.of(1), "type", "encoded_text")));
  }

  static ByteString image() {
    return ByteString.copyFrom(Base64.getDecoder().decode(IMAGE));
  }

  static Map<String, @Nullable Object> telemetry(String session) {
    return of(
        "events",
        List.of(
            of(
                "event",
                "GENERIC_EVENT",
                "event_id",
                "9b2f7c1e-0000-4000-8000-000000000000",
                "event_name",
                "conformance",
                "event_session_index",
                0,
                "severity",
                "INFO",
                "timestamp",
                "2026-01-02T03:04:05Z",
                "event_data",
                of("a", null))),
        "platform",
        "Linux",
        "sdk_version",
        "0.25.0",
        "session_id",
        session,
        "process_uuid",
        "9b2f7c1e-0000-4000-8000-000000000001");
  }

  /** A cross-entropy pass over six tokens. */
  static ForwardBackwardRequest.Builder pass(String model, int seqId) {
    return ForwardBackwardRequest.newBuilder()
        .setModelId(model)
        .setSeqId(seqId)
        .setLossFn("cross_entropy")
        .addData(datum());
  }

  static Datum.Builder datum() {
    return Datum.newBuilder()
        .addModelInput(text(TOKENS))
        .putLossFnInputs("target_tokens", longs(TARGETS))
        .putLossFnInputs("weights", floats(1, 1, 1, 1, 1, 1));
  }

  static Chunk text(int... tokens) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * tokens.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(tokens);
    return Chunk.newBuilder()
        .setEncodedText(EncodedTextChunk.newBuilder().setTokens(ByteString.copyFrom(bytes)))
        .build();
  }

  static Tensor longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return Tensor.newBuilder()
        .setDense(ByteString.copyFrom(bytes))
        .setDtype(DType.DTYPE_INT64)
        .addShape(values.length)
        .build();
  }

  static Tensor floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Tensor.newBuilder()
        .setDense(ByteString.copyFrom(bytes))
        .setDtype(DType.DTYPE_FLOAT32)
        .addShape(values.length)
        .build();
  }
}
