package io.tinker4j.training;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.wire.ClientConfigRequest;
import io.tinker4j.types.wire.ClientDynamicConfigResponse;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a server changes while clients run, asked for once at the beginning and then as
 * often as they say themselves, at most every ten seconds. A server may have none, and whatever
 * keeps it from giving them, the defaults hold until it does: they are not worth a client that does
 * not start.
 *
 * <p>They hold nothing but how often to ask; what a newer server adds is ignored.
 */
final class DynamicConfig {
  private static final System.Logger log = System.getLogger(DynamicConfig.class.getName());
  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration LONGEST_START = Duration.ofSeconds(10);
  private static final CallOptions AT_THE_START =
      CallOptions.builder().maxRetries(0).deadline(LONGEST_START).build();

  /** What servers answer that do not know the call, or not any more. */
  private static final Set<Integer> ABSENT = Set.of(404, 405, 410, 501);

  private final ApiClient api;
  private final TinkerThreads threads;
  private final Time time;
  private volatile boolean stopped;
  private volatile @Nullable Thread thread;
  private volatile ClientDynamicConfigResponse current =
      ClientDynamicConfigResponse.builder().build();

  private DynamicConfig(ApiClient api, TinkerThreads threads, Time time) {
    this.api = api;
    this.threads = threads;
    this.time = time;
  }

  /**
   * Asks for the settings, for at most ten seconds, and keeps them fresh until the threads are
   * closed.
   *
   * @return what does it; null when the server has no such settings
   * @throws CallInterruptedException when the thread was interrupted
   */
  static @Nullable DynamicConfig start(
      ApiClient api, TinkerThreads threads, Time time, ServerFeatures features) {
    DynamicConfig config = new DynamicConfig(api, threads, time);
    try {
      config.current = api.call(Operations.CLIENT_DYNAMIC_CONFIG, request(api), AT_THE_START);
      features.note(ServerProfile.Feature.DYNAMIC_CONFIG, true);
    } catch (CallInterruptedException e) {
      throw e;
    } catch (TinkerException e) {
      log.log(System.Logger.Level.DEBUG, () -> "no dynamic configuration: " + e.getMessage());
      if (e instanceof ApiStatusException refused && ABSENT.contains(refused.status())) {
        features.note(ServerProfile.Feature.DYNAMIC_CONFIG, false);
        return null;
      }
    }
    config.thread = threads.start("config", config::refreshOn);
    return config;
  }

  /** Asks no more. */
  void stop() {
    stopped = true;
    Thread refreshing = thread;
    if (refreshing != null) {
      refreshing.interrupt();
    }
  }

  private void refreshOn() {
    threads.repeat(
        "config",
        () -> {
          if (!stopped) {
            Duration interval = Duration.ofSeconds(current.refreshIntervalSec());
            time.sleep(interval.compareTo(SHORTEST) < 0 ? SHORTEST : interval);
            refresh();
          }
          return !stopped;
        });
    log.log(System.Logger.Level.DEBUG, "the dynamic configuration is no longer refreshed");
  }

  private void refresh() {
    try {
      current = api.call(Operations.CLIENT_DYNAMIC_CONFIG, request(api));
    } catch (CallInterruptedException e) {
      throw e;
    } catch (TinkerException e) {
      log.log(
          System.Logger.Level.DEBUG,
          () -> "the dynamic configuration stays as it is: " + e.getMessage());
    }
  }

  static ClientConfigRequest request(ApiClient api) {
    return ClientConfigRequest.builder().sdkVersion(api.sdkVersion()).build();
  }
}
