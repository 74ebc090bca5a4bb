#!/usr/bin/env python3
"""A home for the tests, with the REST API that Home Assistant documents: prints its port, then each service that is called.

Paths before /api change it: /user has a token that may not render templates, /silent answers nothing, /page is some
other web server, /big has a thousand sensors more.
"""
import http.server
import json
import re
import threading

COLOUR = {"supported_color_modes": ["color_temp", "hs"]}
HOME = {
    "light.techo": ("Luz del salón", "Salón", "off", COLOUR), "light.pie": ("Lámpara de pie", "Salón", "on", {"brightness": 128, **COLOUR}),
    "light.cocina": ("Fluorescente", "Cocina", "on", {"supported_color_modes": ["onoff"]}),
    "light.dormitorio_1": ("Mesilla izquierda", "Dormitorio", "off", {"supported_color_modes": ["brightness"]}),
    "light.dormitorio_2": ("Mesilla derecha", "Dormitorio", "off", {"supported_color_modes": ["brightness"]}),
    "light.pasillo_1": ("Pasillo uno", "Pasillo", "off", {}), "light.pasillo_2": ("Pasillo dos", "Pasillo", "off", {}),
    "light.pasillo": ("Aplique", "Pasillo", "off", {"entity_id": ["light.pasillo_1", "light.pasillo_2"]}),
    "cover.dormitorio": ("Persiana", "Dormitorio", "open", {"device_class": "shutter"}),
    "cover.salon": ("Persiana grande", "Salón", "closed", {"device_class": "shutter", "current_position": 0}),
    "cover.pergola": ("Persiana de lamas", "Patio", "open", {"supported_features": 240}),  # only turns its slats
    "cover.garaje": ("Puerta", "Garaje", "closed", {"device_class": "garage"}),
    "lock.entrada": ("Cerradura", "Entrada", "locked", {}),
    "binary_sensor.patio": ("Puerta del patio", "Patio", "on", {"device_class": "door"}),
    "climate.casa": ("Calefacción", "", "heat", {"min_temp": 7, "max_temp": 30, "current_temperature": 21.5,
                                                  "temperature": 20.5}),
    "climate.bano": ("Toallero", "Baño", "heat", {"min_temp": 16, "max_temp": 23, "temperature": 21}),
    "climate.despacho": ("Split", "Despacho", "unavailable", {"min_temp": 16, "max_temp": 30}),
    "sensor.bano": ("Sensor", "Baño", "20.4", {"device_class": "temperature", "unit_of_measurement": "°C"}),
    "switch.cafetera": ("Cafetera", "Cocina", "off", {}), "media_player.tele": ("Tele", "Salón", "playing", {"volume_level": 0.25}),
    "media_player.antigua": ("Altavoz viejo", "Cocina", "playing", {"supported_features": 4}),  # cannot pause
    "fan.techo": ("Ventilador", "Salón", "on", {"percentage": 40}), "vacuum.robot": ("Robot", "", "docked", {}),
    "scene.cine": ("Noche de cine", "", "2026-01-01T00:00:00+00:00", {}),
    "automation.riego": ("Riego", "", "on", {}), "nada": ("Nada", "", "on", {}),
}
NAME_OF = {"brightness_pct": "brightness", "temperature": "temperature", "position": "current_position",
           "volume_level": "volume_level", "percentage": "percentage"}  # what a service's number is as an attribute
STATE_AFTER = {"turn_on": "on", "turn_off": "off", "open_cover": "open", "close_cover": "closed", "lock": "locked",
               "unlock": "unlocked"}
states = {entity: state for entity, (_, _, state, _) in HOME.items()}
lock = threading.Lock()


def as_state(entity: str) -> dict:
    name, _, _, attributes = HOME[entity]
    return {"entity_id": entity, "state": states[entity], "attributes": {"friendly_name": name, **attributes},
            "last_changed": "2026-01-01T00:00:00+00:00", "last_updated": "2026-01-01T00:00:00+00:00",
            "context": {"id": "x", "parent_id": None, "user_id": None}}


FLOORS = {"Salón": "Planta baja", "Cocina": "Planta baja", "Dormitorio": "Primera planta"}


def areas(has_floors: bool) -> str:
    names = sorted({area for _, area, _, _ in HOME.values() if area})
    return json.dumps([[n, [e for e, h in HOME.items() if h[1] == n], FLOORS.get(n) if has_floors else None]
                       for n in names], ensure_ascii=False)


class Handler(http.server.BaseHTTPRequestHandler):
    def send(self, code: int, body: object, kind: str = "application/json") -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self) -> None:
        kind, _, path = self.path.partition("/api")
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        service = re.fullmatch(r"/services/(\w+)/(\w+)", path)
        if kind == "/silent":
            threading.Event().wait(60)
        if kind == "/page":
            self.send(200, "<html>router</html>", "text/html")
        elif self.headers.get("Authorization") != "Bearer llave":
            self.send(401, "401: Unauthorized", "text/plain")
        elif path == "/config":
            self.send(200, {"version": "2026.4.0", "location_name": "Casa", "components": ["api"]})
        elif path == "/states":
            more = [{"entity_id": f"sensor.s{i}", "state": "1", "attributes": {}} for i in range(1000)]
            self.send(200, [as_state(e) for e in HOME] + (more if kind == "/big" else []))
        elif path == "/template" and "areas()" in body["template"] and "area_entities(" in body["template"]:
            self.send(401 if kind == "/user" else 200, areas("floor_name(" in body["template"]), "text/plain")
        elif service:
            self.serve(*service.groups(), body)
        else:
            self.send(404, "404: Not Found", "text/plain")

    def serve(self, domain: str, service: str, data: dict) -> None:
        entities = data["entity_id"] if isinstance(data["entity_id"], list) else [data["entity_id"]]
        print(f"{domain}.{service}", json.dumps(data, sort_keys=True), flush=True)
        if any(e not in HOME or not e.startswith(domain + ".") for e in entities):
            self.send(400, {"message": "bad entity"})
            return
        with lock:
            for e in entities:
                states[e] = STATE_AFTER.get(service, states[e])
                for key in NAME_OF.keys() & data.keys():
                    HOME[e][3][NAME_OF[key]] = round(data[key] * 2.55) if key == "brightness_pct" else data[key]
        self.send(200, [as_state(e) for e in entities])

    do_GET = do_POST = answer

    def log_message(self, *args: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what is tried here."""


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
