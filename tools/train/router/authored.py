"""Sentences written for the router, as templates with slots: what people ask a voice assistant, by what the
answer takes. Keys are (hard, soft, web): knowledge or reasoning; empathy; facts that change by the day.
"""

import itertools

SLOTS = {
    "place": ["Madrid", "Sevilla", "Buenos Aires", "Bogotá", "mi ciudad", "Valencia", "Lima"],
    "thing": ["la fotosíntesis", "la inflación", "un agujero negro", "el sistema inmunitario", "la entropía",
              "una hipoteca", "el teorema de Pitágoras", "la Revolución francesa", "una vacuna", "el subjuntivo"],
    "person": ["Cervantes", "Marie Curie", "Simón Bolívar", "Frida Kahlo", "Einstein", "Isabel la Católica"],
    "team": ["el Real Madrid", "el Betis", "la selección", "el Boca", "Alcaraz", "el Barça"],
    "price": ["la gasolina", "la luz", "el bitcóin", "el dólar", "las acciones de Telefónica", "el oro"],
    "who": ["mi madre", "mi perro", "mi mejor amigo", "mi abuela", "mi pareja", "mi hermano"],
    "loss": ["se ha muerto", "está en el hospital", "me ha dejado", "no me habla", "está muy enferma"],
    "task": ["ordenar una lista en Python", "calcular el área de un círculo", "repartir 120 euros entre cinco",
             "resolver una ecuación de segundo grado", "escribir una carta de reclamación"],
    "notion": ["un algoritmo", "la gravedad", "un compresor", "la democracia", "un soneto", "el cálculo integral",
               "una función recursiva", "un transistor", "la ósmosis", "el código penal", "un índice bursátil",
               "un motor diésel", "Kubernetes", "el cobre", "una base de datos", "la neurona", "el PIB"],
    "when": ["hoy", "mañana", "pasado mañana", "el viernes", "el próximo lunes", "el domingo que viene", "ayer",
             "el fin de semana pasado", "el fin de semana que viene", "dentro de tres días", "en Navidad", "este mes"],
    "city": ["Tokio", "Londres", "Nueva York", "México", "Sídney"],
    "trait": ["tonto", "malo", "aburrida", "un pesado", "inútil", "arrogante", "un mentiroso", "celoso", "cobarde",
              "maleducada", "genial", "muy lista", "raro", "insoportable", "graciosa", "un desastre", "cruel"],
    "ill": ["diabetes", "hipertensión", "un quiste", "ansiedad", "asma"],
}  # fmt: skip

TEMPLATES = {
    (1, 0, 0): [
        "explícame qué es {thing}", "¿cómo funciona {thing}?", "¿por qué es importante {thing}?",
        "¿quién fue {person}?", "¿en qué año nació {person}?", "¿qué hizo {person}?", "háblame de {person}",
        "¿cómo puedo {task}?", "ayúdame a {task}", "explícame paso a paso cómo {task}",
        "compara {thing} con {thing2}", "¿qué diferencia hay entre {thing} y {thing2}?",
        "si un tren sale a las tres y tarda dos horas y media, ¿a qué hora llega?",
        "tengo siete manzanas, regalo tres y compro el doble de las que quedan, ¿cuántas tengo?",
        "¿cuánto es el quince por ciento de trescientos cuarenta?", "¿cuál es la raíz cuadrada de 144?",
        "¿cuál es la capital de Australia?", "¿cuántos huesos tiene el cuerpo humano?", "¿qué significa procrastinar?",
        "¿a qué distancia está la Luna?", "¿qué idioma se habla en Brasil?", "traduce al inglés buenos días a todos",
        "¿qué ventajas y desventajas tiene alquilar frente a comprar?", "resume la trama del Quijote",
        "¿por qué el cielo es azul?", "¿cuál es el río más largo del mundo?", "¿cómo se hace una tortilla de patatas?",
        "¿qué dice mi contrato sobre la fianza?", "busca en mis documentos la fecha de la garantía",
        "¿qué alimentos tienen mucho hierro?", "¿cuál es la fórmula química del agua oxigenada?",
        "¿qué es {notion}?", "qué es {notion}", "dime qué es {notion}", "cómo funciona {notion}", "¿para qué sirve {notion}?",
        "define {notion}", "¿qué tipos hay de {notion}?", "¿cuáles son las propiedades de {notion}?", "quién descubrió {notion}",
        "ponme un ejemplo de {notion}", "qué relación hay entre {notion} y {thing}", "¿dónde está Portugal?", "¿dónde queda el Cusco?",
        "¿qué me recomiendas para empezar a programar?", "cuál es el mejor sitio para visitar en Italia", "¿qué bebidas llevan alcohol?",
        "¿quién inventó la imprenta?", "símbolo químico del oro", "dime tres causas de la Primera Guerra Mundial",
    ],
    (0, 1, 0): [
        "{who} {loss}", "estoy hecho polvo, {who} {loss}", "me siento fatal porque {who} {loss}",
        "no puedo dejar de llorar", "me siento muy solo últimamente", "tengo mucho miedo y no sé qué hacer",
        "hoy ha sido el peor día de mi vida", "estoy harto de todo", "nadie me entiende", "me han despedido",
        "he suspendido el examen y no valgo para nada", "estoy muy nerviosa por lo de mañana", "no duermo de la angustia",
        "me da pánico hablar en público", "estoy furioso con mi jefe", "me han gritado delante de todos",
        "echo mucho de menos a {who}", "me siento culpable", "todo me sale mal", "necesito hablar con alguien",
        "estoy agobiado y no llego a nada", "tengo el corazón roto", "me siento inútil", "estoy triste",
        "estoy enfadado con {who}", "he discutido con {who} y me siento mal", "me preocupa {who}", "qué vergüenza he pasado",
        "estoy muy decepcionada con {who}", "siento que no le importo a nadie", "me encuentro fatal, no tengo ganas de nada",
        "qué rabia me da que me traten así", "estoy aterrada", "ya no puedo más",
        "me encuentro agotado y sin fuerzas", "me acosan en clase", "no quiero volver al trabajo", "odio mi trabajo", "nadie me hace caso",
        "estoy de los nervios", "me duele el alma", "tengo ansiedad", "tengo un problema muy gordo", "se ríen de mí", "me han robado",
        "estoy indignada", "estoy que muerdo", "qué coraje tengo", "me siento abandonada", "no tengo con quién hablar", "no me quedan amigos",
        "llevo semanas sin dormir", "tengo pesadillas", "me siento perdido", "me da miedo morirme", "no encuentro sentido a nada",
    ],
    (0, 0, 1): [
        "¿qué ha pasado hoy en {place}?", "últimas noticias de {place}", "¿cómo quedó {team} ayer?", "¿cuándo juega {team}?",
        "¿a cuánto está {price}?", "¿ha subido {price}?", "precio de {price} ahora mismo", "¿va a llover mañana en {place}?",
        "¿qué tiempo hace en {place}?", "¿necesito paraguas?", "¿qué temperatura hay fuera?", "pronóstico para el fin de semana en {place}",
        "¿hay atascos en la M-30?", "¿está abierta la farmacia de guardia?", "¿qué películas echan hoy en {place}?",
        "¿a qué hora sale el próximo tren a {place}?", "¿lleva retraso el vuelo de {place}?", "¿qué ponen esta noche en la tele?",
        "¿quién ha ganado las elecciones?", "¿cuál es el último disco de Rosalía?", "resultados de la lotería de hoy",
        "¿a qué hora cierra el supermercado hoy?", "titulares de la mañana", "¿hay huelga de metro?", "¿cómo va la bolsa?",
        "¿qué restaurantes abiertos hay cerca?", "¿hay alerta por calor en {place}?", "¿cuántos grados hará el sábado?",
        "novedades sobre el accidente de {place}", "¿qué conciertos hay esta semana en {place}?",
    ],
    (0, 0, 0): [
        "hola", "gracias", "adiós", "sube el volumen", "pon música", "apaga la luz de la cocina", "repite eso",
        "¿cómo te llamas?", "¿qué puedes hacer?", "pon un temporizador de diez minutos", "¿qué hora es?", "¿qué día es hoy?",
        "apunta leche en la lista de la compra", "recuérdame llamar a {who}", "despiértame a las siete", "cuéntame un chiste",
        "vale", "para", "sí, por favor", "no, déjalo", "cierra las persianas", "enciende la calefacción", "más despacio",
        "buenos días", "hasta mañana", "qué maja eres", "llama a {who}", "canta algo", "¿estás ahí?", "repite lo que has dicho",
        "¿qué fecha es {when}?", "dime la fecha de {when}", "¿qué día de la semana es {when}?", "¿a qué día estamos {when}?",
        "dame las fechas de {when}", "¿cuántos días faltan para {when}?", "¿qué día cae {when}?", "dime en qué año estamos",
        "¿en qué mes estamos?", "dime el mes", "¿qué hora es en {city}?", "dime la hora", "dame la hora de {city}", "¿qué hora será dentro de dos horas?",
        "¿es año bisiesto?", "¿cuándo es el próximo año bisiesto?", "¿qué hora será en {city} {when}?", "¿cuántas alarmas tengo {when}?",
        "eres {trait}", "¿por qué eres tan {trait}?", "creo que eres {trait}", "no seas {trait}", "¿eres {trait}?", "pareces {trait}",
        "estás siendo {trait}", "cállate", "me aburres", "no me haces caso", "no me sirves", "ya basta", "qué mal lo haces", "otra vez te equivocas",
        "¿tienes sentimientos?", "¿alguna vez te enfadas?", "¿te da miedo algo?", "¿qué te pone triste?", "¿puedes llorar?", "¿odias a alguien?",
        "¿sientes dolor?", "¿te sientes sola?", "¿quién te ha hecho?", "¿de qué empresa eres?", "¿cómo contacto con tu fabricante?",
        "quiero hablar con una persona", "¿tu empresa tiene página web?", "dame el correo de tu creador", "¿dónde están tus oficinas?",
        "¿tienes cuenta en redes sociales?", "¿cómo se llama esta aplicación?", "¿qué versión eres?", "¿eres un robot?", "¿qué música te gusta?",
        "¿cuánto ganas?", "¿cuánta memoria tienes?", "¿en qué lenguaje estás escrito?", "tengo una pregunta", "¿estás ocupada?", "era una broma", "me molestas", "me desesperas", "me cansas", "qué plasta eres",
        "llevo un rato esperando", "date prisa", "dame un abrazo", "¿me quieres?", "¿me das la mano?", "quiero ser tu amigo",
        "espera un momento", "di {notion}", "repite conmigo: {notion}", "sube el volumen al máximo", "quita el sonido", "volumen al cuatro",
        "¿qué he dicho antes?", "¿me has oído?", "deja de repetir", "ríete como una bruja", "cancela todo", "¿me he perdido algún aviso?",
        "ríete", "di hola", "borra la última nota", "activa el modo noche", "baja el brillo", "silencio", "siguiente canción",
    ],
    (1, 1, 0): [
        "me han diagnosticado {ill} y estoy asustado, ¿qué es exactamente?", "¿qué hago si {who} {loss}? estoy perdido",
        "tengo mucho miedo por la operación, ¿cómo funciona la anestesia?", "estoy agobiado con el examen, explícame {thing}",
        "me han despedido y no sé cómo pedir el paro", "no entiendo {thing} y voy a suspender, ayúdame por favor",
        "{who} tiene {ill} y estoy muy preocupada, ¿qué síntomas tiene?", "estoy desesperado, ¿cómo se reclama una multa injusta?",
        "me siento fatal desde que {who} {loss}, ¿cómo se supera un duelo?", "¿cómo se calma un ataque de pánico? estoy temblando",
    ],
    (0, 1, 1): [
        "han cancelado mi vuelo y estoy desesperada, ¿hay otro hoy?", "hay una tormenta y tengo miedo, ¿cuándo va a parar?",
        "estoy temblando, ¿ha habido un terremoto en {place}?", "qué disgusto, ¿de verdad ha perdido {team}?",
        "he perdido todo con {price}, ¿a cuánto está ahora?", "estoy muy asustado por el incendio, ¿hasta dónde ha llegado?",
    ],
    (1, 0, 1): [
        "¿por qué ha subido {price} esta semana?", "explícame la noticia de hoy sobre {price}", "¿me conviene comprar {price} ahora?",
        "¿qué probabilidades tiene {team} de ganar la liga este año?", "resume lo que ha dicho hoy el presidente",
        "compara el precio de {price} de hoy con el del año pasado", "¿qué consecuencias tiene la nueva ley aprobada ayer?",
    ],
}  # fmt: skip


def sentences():
    """All fillings: (text, (hard, soft, web))."""
    for labels, templates in TEMPLATES.items():
        for template in templates:
            names = [name for name in [*SLOTS, "thing2"] if "{" + name + "}" in template]
            pools = [SLOTS[name.removesuffix("2")] for name in names]
            for values in itertools.product(*pools):
                if len(set(values)) == len(values):
                    yield template.format(**dict(zip(names, values))), labels
