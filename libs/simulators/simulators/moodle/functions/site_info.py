"""What the site tells about itself and about the token."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.parameters import Many, One, Value

SITE_INFO = One({"serviceshortnames": Many(Value("alphanumext"), ())})

RELEASE = "4.4.1 (Build: 20240610)"
VERSION = "2024042201"
ADVANCED_FEATURES = ("usecomments", "usetags", "enablenotes")


def get_site_info(call: Call, serviceshortnames: list[str]) -> dict[str, Any]:
    """Release, the token's account, and the functions of its service."""
    return {**_account(call), **_site(call), "functions": _functions(call)}


def get_public_config(call: Call) -> dict[str, Any]:
    """What the mobile app asks before anybody signs in."""
    texts = (
        "registerauth forgottenpasswordurl authinstructions maintenancemessage mobilecssurl "
        "tool_mobile_disabledfeatures supportpage langlist locale tool_mobile_minimumversion "
        "tool_mobile_iosappid tool_mobile_androidappid tool_mobile_setuplink"
    )
    switches_off = "authloginviaemail authnoneenabled enablemobilewebservice maintenanceenabled"
    switches_on = (
        "guestlogin rememberusername enablewebservices typeoflogin supportavailability autolang langmenu "
        "tool_mobile_qrcodetype"
    )
    return {
        "wwwroot": call.url,
        "httpswwwroot": call.url,
        "sitename": call.site.name,
        **dict.fromkeys(texts.split(), ""),
        **dict.fromkeys(switches_off.split(), 0),
        **dict.fromkeys(switches_on.split(), 1),
        "launchurl": f"{call.url}/admin/tool/mobile/launch.php",
        "country": "0",
        "lang": "en",
        "agedigitalconsentverification": False,
        "warnings": [],
    }


def _account(call: Call) -> dict[str, Any]:
    user = call.tables.users.get(call.caller.userid)
    assert user is not None, "the token's account exists"
    return {
        "username": user.username,
        "firstname": user.firstname,
        "lastname": user.lastname,
        "fullname": user.fullname,
        "lang": user.lang,
        "userid": user.id,
        "userpictureurl": call.picture("core", "u/f1"),
        "usercanmanageownfiles": True,
        "userquota": 104857600,
        "usermaxuploadfilesize": 67108864,
        "userhomepage": 1,
        "userprivateaccesskey": "simulated",
        "usercalendartype": "gregorian",
        "userissiteadmin": call.caller.is_site_admin,
    }


def _site(call: Call) -> dict[str, Any]:
    return {
        "sitename": call.site.name,
        "siteurl": call.url,
        "downloadfiles": 1,
        "uploadfiles": 1,
        "release": RELEASE,
        "version": VERSION,
        "mobilecssurl": "",
        "advancedfeatures": [{"name": name, "value": 1} for name in ADVANCED_FEATURES],
        "siteid": 1,
        "sitecalendartype": "gregorian",
        "theme": "boost",
        "limitconcurrentlogins": 0,
        "policyagreed": 0,
    }


def _functions(call: Call) -> list[dict[str, Any]]:
    return [{"name": name, "version": VERSION} for name in call.service]
