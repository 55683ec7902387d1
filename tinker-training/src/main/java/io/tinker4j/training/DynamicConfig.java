package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.Operations;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerThreads;
import io.tinker4j.types.ClientDynamicConfigResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a server changes while clients run, asked for at the beginning and then as
 * often as they say themselves, at most every ten seconds. A server may have none.
 *
 * <p>Today they hold nothing but how often to ask; what a newer server adds is ignored.
 */
final class DynamicConfig {
  private static final System.Logger log = System.getLogger(DynamicConfig.class.getName());
  private static final Duration SHORTEST = Duration.ofSeconds(10);

  private final ApiClient api;
  private final Time time;
  private ClientDynamicConfigResponse current = ClientDynamicConfigResponse.builder().build();

  private DynamicConfig(ApiClient api, Time time) {
    this.api = api;
    this.time = time;
  }

  /**
   * Fetches the settings and keeps them fresh until the threads are closed.
   *
   * @return the thread that does it; null when the server has no such settings
   * @throws TinkerException when the server has settings and does not give them
   */
  static @Nullable Thread start(
      ApiClient api, TinkerThreads threads, Time time, KnownFeatures features) {
    DynamicConfig config = new DynamicConfig(api, time);
    try {
      config.current =
          api.call(
              Operations.CLIENT_DYNAMIC_CONFIG, ClientScope.CONFIG_REQUEST, ClientScope.SUBMISSION);
      features.note(ServerProfile.Feature.DYNAMIC_CONFIG, true);
    } catch (NotFoundException e) {
      features.note(ServerProfile.Feature.DYNAMIC_CONFIG, false);
      log.log(System.Logger.Level.DEBUG, () -> "no dynamic configuration: " + e.getMessage());
      return null;
    }
    return threads.start("config", config::refreshOn);
  }

  private void refreshOn() {
    try {
      while (true) {
        Duration interval = Duration.ofSeconds(current.refreshIntervalSec());
        time.sleep(interval.compareTo(SHORTEST) < 0 ? SHORTEST : interval);
        refresh();
      }
    } catch (InterruptedException e) {
      log.log(System.Logger.Level.DEBUG, "the dynamic configuration is no longer refreshed");
    }
  }

  private void refresh() {
    try {
      current = api.call(Operations.CLIENT_DYNAMIC_CONFIG, ClientScope.CONFIG_REQUEST);
    } catch (TinkerException e) {
      log.log(
          System.Logger.Level.DEBUG,
          () -> "the dynamic configuration stays as it is: " + e.getMessage());
    }
  }
}
