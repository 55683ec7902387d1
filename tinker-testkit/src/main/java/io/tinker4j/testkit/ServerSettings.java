package io.tinker4j.testkit;

import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.testkit.observe.RecordedRequest;
import io.tinker4j.transport.Time;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.wire.CreateSessionResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server, as {@link EmbeddedTinkerServer.Builder} collects and explains them. A
 * server works with a copy that nobody changes.
 */
final class ServerSettings implements Cloneable {
  private static final List<String> BASE_MODELS =
      List.of(
          "tinker4j/tiny-bytes",
          BaseModel.NANO,
          "meta-llama/Llama-3.1-8B",
          "meta-llama/Llama-3.2-1B",
          "Qwen/Qwen3-8B",
          "Qwen/Qwen3-30B-A3B");

  String host = "127.0.0.1";
  int port;
  @Nullable Path dataDirectory;
  boolean keepsState;
  boolean deduplicates = true;
  RefusedNumbers refusedNumbers = RefusedNumbers.USED;
  @Nullable String apiKey;
  @Nullable Duration holdTime;
  Personality personality = Personality.HOSTED;
  ClientConfigResponse clientConfig = ClientConfigResponse.builder().build();
  CreateSessionResponse sessionMessages = CreateSessionResponse.builder().sessionId("").build();
  List<String> baseModels = BASE_MODELS;
  boolean takesVocabularies = true;
  int metadataThreshold = 1 << 20;
  int maxRequestBytes = 64 << 20;
  boolean protobufResults = true;
  Time time = Time.system();
  FaultScript faults = FaultScript.none();
  boolean faultControl;
  Duration sessionTimeout = Duration.ofMinutes(5);
  int adapterSlots = Integer.MAX_VALUE;
  Duration slotTimeout = Duration.ofMinutes(5);
  Duration tokenLife = Duration.ofHours(1);
  boolean stubbed;
  @Nullable SSLContext tls;
  Consumer<RecordedRequest> requestListener = request -> {};

  ServerSettings copy() {
    try {
      return (ServerSettings) clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a restart finds what there was. */
  boolean isJournaled() {
    return dataDirectory != null || keepsState;
  }

  Duration heldTime() {
    return holdTime == null ? personality.behaviour().holdTime() : holdTime;
  }

  /** What clients are told when they create a session; no text is sent that is empty. */
  static CreateSessionResponse messages(String info, String warning, String error) {
    CreateSessionResponse.Builder messages = CreateSessionResponse.builder().sessionId("");
    if (!info.isEmpty()) {
      messages.infoMessage(info);
    }
    if (!warning.isEmpty()) {
      messages.warningMessage(warning);
    }
    if (!error.isEmpty()) {
      messages.errorMessage(error);
    }
    return messages.build();
  }

  static Duration requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be positive");
    }
    return value;
  }

  static int requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be at least 1");
    }
    return value;
  }
}
