package io.tinker4j.testkit.skyrl;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.Endpoint;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which endpoints SkyRL's server has. */
final class SkyrlRoutes {
  private static final String CHECKPOINT = "training_runs/*/checkpoints/*";
  private static final String DOWNLOADS = "/downloads/";
  static final String SAMPLER_SEGMENT = "/sampler_weights/";

  private SkyrlRoutes() {}

  static void adapt(Router router) {
    adaptCheckpointRoutes(router);
    removeMissing(router);
    router.addRoot(
        call -> JsonBodies.ok(Map.of("name", "SkyRL", "version", "0", "endpoints", Map.of())));
  }

  private static void removeMissing(Router router) {
    router
        .remove("POST", "client/dynamic_config")
        .remove("POST", "auth/token")
        .remove("GET", "sessions")
        .remove("GET", "sessions/*")
        .remove("PUT", "sessions/*/project")
        .remove("POST", "sessions/*/finish")
        .remove("GET", "sessions/*/trace_export")
        .remove("GET", "checkpoints")
        .remove("GET", "audit")
        .remove("GET", "billing/usage/events")
        .remove("GET", "billing/usage/checkpoints/current")
        .remove("POST", "copy_weights")
        .remove("POST", "save_weights_external")
        .remove("POST", "external_weights_upload_start")
        .remove("POST", "external_weights_upload_finish")
        .remove("PUT", "uploads/*")
        .remove("GET", "downloads/*")
        .remove("HEAD", "downloads/*");
  }

  /** The pattern of the delete route takes in all that follows the run. */
  private static void adaptCheckpointRoutes(Router router) {
    Endpoint archive = router.endpoint("GET", CHECKPOINT + "/*/archive");
    Endpoint download = router.endpoint("GET", "downloads/*");
    Endpoint delete = router.endpoint("DELETE", CHECKPOINT + "/*");
    Endpoint list = router.endpoint("GET", "training_runs/*/checkpoints");
    for (String method : List.of("GET", "POST", "PUT")) {
      router.remove(method, CHECKPOINT).remove(method, CHECKPOINT + "/*");
    }
    router
        .remove("GET", CHECKPOINT + "/*/archive")
        .remove("GET", CHECKPOINT + "/*/external_weights_urls")
        .remove("PUT", CHECKPOINT + "/*/ttl")
        .remove("POST", CHECKPOINT + "/*/publish")
        .remove("DELETE", CHECKPOINT + "/*/publish")
        .add(
            "DELETE",
            CHECKPOINT + "/*/publish",
            call -> {
              throw violation("checkpoint_id", "names no checkpoint");
            })
        .add("DELETE", CHECKPOINT + "/*/*", SkyrlRoutes::notAllowed)
        .add("DELETE", CHECKPOINT + "/*/archive", SkyrlRoutes::notAllowed)
        .add("DELETE", CHECKPOINT + "/*/ttl", SkyrlRoutes::notAllowed)
        .replace(
            "DELETE",
            CHECKPOINT + "/*",
            call -> {
              delete.answer(call);
              return Answer.of(204, Answer.JSON, new byte[0]);
            })
        .add(
            "GET",
            CHECKPOINT + "/archive",
            call -> {
              Answer address = archive.answer(samplerPath(call));
              String location = location(address);
              String base = location.substring(0, location.indexOf(DOWNLOADS));
              return address.withHeader(
                  "Location",
                  base
                      + "/training_runs/%s/checkpoints/%s/download"
                          .formatted(call.pathParameter(0), call.pathParameter(1)));
            })
        .add(
            "GET",
            CHECKPOINT + "/download",
            call -> {
              String location = location(archive.answer(samplerPath(call)));
              String token = location.substring(location.indexOf(DOWNLOADS) + DOWNLOADS.length());
              return download.answer(call.withPath(List.of(token)));
            })
        .add("GET", "models/*/checkpoints", list);
  }

  private static HttpCall samplerPath(HttpCall call) {
    return call.withPath(List.of(call.pathParameter(0), "sampler_weights", call.pathParameter(1)));
  }

  private static String location(Answer answer) {
    return String.valueOf(answer.headers().get("Location"));
  }

  private static Answer notAllowed(HttpCall call) {
    throw RefusedException.methodNotAllowed();
  }

  static RefusedException violation(String field, String message) {
    return RefusedException.unprocessable(List.of("body", field), message, "value_error");
  }

  /** Lets requests be changed or refused before they are read. */
  static void edit(Router router, String path, Consumer<Map<String, @Nullable Object>> edit) {
    router.wrap(
        "POST",
        path,
        endpoint ->
            call -> {
              if (call.hasProtobufBody()) {
                return endpoint.answer(call);
              }
              Map<String, @Nullable Object> body = JsonBodies.readAnyObject(call.body());
              edit.accept(body);
              return endpoint.answer(call.withBody(JsonBodies.write(body)));
            });
  }

  /** The fields of an object, to be changed. */
  static Map<String, @Nullable Object> fields(Map<?, ?> object) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    object.forEach((name, value) -> fields.put(String.valueOf(name), value));
    return fields;
  }
}
