package io.tinker4j.testkit.skyrl;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.Endpoint;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import java.util.List;

/** Which endpoints SkyRL's server has. */
final class SkyrlRoutes {
  private static final String CHECKPOINTS = "training_runs/*/checkpoints";
  private static final String CHECKPOINT = CHECKPOINTS + "/*/*";

  private static final List<String> MISSING =
      List.of(
          "POST client/dynamic_config",
          "POST auth/token",
          "GET sessions",
          "GET sessions/*",
          "PUT sessions/*/project",
          "POST sessions/*/finish",
          "GET sessions/*/trace_export",
          "GET checkpoints",
          "GET audit",
          "GET billing/usage/events",
          "GET billing/usage/checkpoints/current",
          "POST copy_weights",
          "POST save_weights_external",
          "POST external_weights_upload_start",
          "POST external_weights_upload_finish",
          "PUT uploads/*",
          "POST /oai/api/v1/chat/completions",
          "POST /oai/api/v1/completions",
          "GET " + CHECKPOINT);

  /** Its route for deletions takes in all that follows the run, so these have another method. */
  private static final List<String> NOT_ALLOWED =
      List.of(
          "GET " + CHECKPOINT + "/archive",
          "GET " + CHECKPOINT + "/external_weights_urls",
          "PUT " + CHECKPOINT + "/ttl",
          "POST " + CHECKPOINT + "/publish");

  private SkyrlRoutes() {}

  static void adapt(Router router) {
    Endpoint archive = router.endpoint("GET", CHECKPOINT + "/archive");
    Endpoint delete = router.endpoint("DELETE", CHECKPOINT);
    for (String route : MISSING) {
      router.remove(method(route), path(route));
    }
    for (String route : NOT_ALLOWED) {
      router.replace(
          method(route),
          path(route),
          call -> {
            throw RefusedException.methodNotAllowed();
          });
    }
    router
        .replace(
            "DELETE",
            CHECKPOINT + "/publish",
            call -> {
              throw SkyrlRequests.violation("checkpoint_id", "names no checkpoint");
            })
        .replace(
            "DELETE",
            CHECKPOINT,
            call -> {
              delete.answer(call);
              return Answer.of(204, Answer.JSON, new byte[0]);
            })
        .add(
            "GET",
            CHECKPOINTS + "/*/archive",
            call ->
                archive.answer(
                    call.withPath(
                        List.of(call.pathParameter(0), "sampler_weights", call.pathParameter(1)))));
  }

  private static String method(String route) {
    return route.substring(0, route.indexOf(' '));
  }

  private static String path(String route) {
    return route.substring(route.indexOf(' ') + 1);
  }
}
