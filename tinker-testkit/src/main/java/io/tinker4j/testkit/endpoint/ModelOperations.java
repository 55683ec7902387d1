package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.run.ModelOperation;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.StoredRequest;
import io.tinker4j.testkit.run.TrainedModel;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Takes in the requests of models, whatever their endpoint; filled once. */
public final class ModelOperations {
  private final Registry registry;
  private final Map<String, Reader> readers = new HashMap<>();

  public ModelOperations(Registry registry) {
    this.registry = registry;
  }

  /** Reads the body of a request. */
  @FunctionalInterface
  interface Reader {
    /**
     * Returns what the request asks for. Depends on the request alone.
     *
     * @throws RefusedException when it cannot be read
     */
    ModelOperation read(StoredRequest request);
  }

  /** Says how requests of an endpoint are read. */
  ModelOperations add(String endpoint, Reader reader) {
    readers.put(endpoint, reader);
    return this;
  }

  /** Adds a route for each endpoint. */
  public void addTo(Router router) {
    readers
        .keySet()
        .forEach(endpoint ->
            router.add("POST", endpoint, call -> submit(StoredRequest.of(endpoint, call))));
  }

  ModelOperation read(StoredRequest request) {
    return Objects.requireNonNull(readers.get(request.endpoint())).read(request);
  }

  /** Hands a request to its model and answers with a promise. */
  Answer submit(StoredRequest request) {
    return counting(
        request,
        () -> {
          ModelOperation operation = read(request);
          TrainedModel model = registry.model(request.owner(), operation.modelId());
          return ModelEndpoints.promised(model.submit(operation, request), model.id());
        });
  }

  /** Answers a request; when it is refused, its number may count as used all the same. */
  Answer counting(StoredRequest request, Supplier<Answer> answer) {
    try {
      return answer.get();
    } catch (RefusedException e) {
      if (e.status() < 500) {
        RequestNumber.of(request).ifPresent(number -> refuse(request.owner(), number));
      }
      throw e;
    }
  }

  private void refuse(String owner, RequestNumber number) {
    TrainedModel model = registry.findModel(number.modelId());
    if (model != null && model.session().owner().equals(owner)) {
      model.refuse(number.seqId());
    }
  }
}
