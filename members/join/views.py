from django.shortcuts import render


def form(request):
    return render(request, "join.html")


thanks = confirm = lost_link = page = answer = correct = withdraw = erase = form
